#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haul {

/// A connection string in its parts, percent-decoded. Hosts and options keep their order.
struct MongoUri {
  bool srv = false;  ///< mongodb+srv://
  std::optional<std::string> username = {};
  std::optional<std::string> password = {};
  std::vector<std::string> hosts = {};  ///< "host:port", "[::1]:27017" or a decoded socket path
  std::string database = {};
  std::vector<std::pair<std::string, std::string>> options = {};

  /// The last option of that name, case ignored as the specification says.
  [[nodiscard]] std::optional<std::string> Get(std::string_view name) const;
  /// Replaces every option of that name, or adds it.
  void SetOption(std::string_view name, std::string value);
  void RemoveOption(std::string_view name);

  /// The URI again, percent-encoded. It holds the password: never print it.
  [[nodiscard]] std::string ToString() const;
  /// "h1:27017,h2:27018/shop": what may be shown; control characters are escaped.
  [[nodiscard]] std::string DisplayTarget() const;
};

[[nodiscard]] bool IsMongoUri(std::string_view text);

/// Throws Error kUsage with the reason; the message never quotes user information.
[[nodiscard]] MongoUri ParseMongoUri(std::string_view text);

/// The text with every password in a URI (`://user:password@`, and option values that are secrets)
/// replaced by `***`, also where it is not a well-formed URI.
[[nodiscard]] std::string RedactUri(std::string_view text);

}  // namespace haul
