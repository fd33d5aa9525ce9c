#pragma once

#include <cstddef>
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
  /// Names are spelled as the specification has them, older ones (ssl, j) by their present name.
  std::vector<std::pair<std::string, std::string>> options = {};

  /// The last option of that name, case ignored as the specification says.
  [[nodiscard]] std::optional<std::string> Get(std::string_view name) const;
  /// Replaces every option of that name, or adds it.
  void Set(std::string_view name, std::string value);
  void Remove(std::string_view name);

  /// The URI again, percent-encoded. It holds the password: never print it.
  [[nodiscard]] std::string ToString() const;
  /// "h1:27017,h2:27018": what may be shown; control characters are escaped.
  [[nodiscard]] std::string DisplayHosts() const;
};

[[nodiscard]] bool IsMongoUri(std::string_view text);

/// Follows the connection string specification: percent-encoding is demanded where it matters,
/// ports are 1 to 65535, booleans and numbers must be such. Throws Error kUsage with the reason;
/// the message never quotes user information or a secret.
[[nodiscard]] MongoUri ParseMongoUri(std::string_view text);

/// "h1,h2:27018" in its parts; `[::1]:27017` and socket paths (percent-encoded or not) are known.
/// Throws Error kUsage.
[[nodiscard]] std::vector<std::string> ParseHosts(std::string_view text);

/// Any text with the passwords of the URIs in it (`://user:password@`, and options that are
/// secrets) replaced by `***`, also where they are not well-formed.
[[nodiscard]] std::string RedactUri(std::string_view text);

struct SecretSpan {
  std::size_t offset = 0;
  std::size_t size = 0;
};
/// Where RedactUri finds secrets, in order.
[[nodiscard]] std::vector<SecretSpan> SecretsIn(std::string_view text);

}  // namespace haul
