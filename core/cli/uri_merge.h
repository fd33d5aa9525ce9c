#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/cli/mongo_uri.h"
#include "core/cli/options.h"

namespace haul {

/// A setting beside the connection string.
struct Setting {
  std::string_view option;                ///< "username", without the dashes
  std::string_view uri_name;              ///< what the URI calls it
  std::optional<std::string> value = {};  ///< nothing: not given
  Origin origin = Origin::kCommandLine;
  bool secret = false;
};

/// A connection string on its way to be complete: settings of a stronger origin replace what it
/// says, weaker ones fill its gaps, and equal ones must agree.
class UriMerge {
 public:
  UriMerge(MongoUri start, Origin origin) : uri_(std::move(start)), origin_(origin) {}

  /// Whether the setting replaces `present`, which is the URI's part of the same meaning. Throws
  /// Error kUsage, naming both sides, where they contradict each other on one level.
  [[nodiscard]] bool Replaces(const std::optional<std::string>& present,
                              const Setting& setting) const;

  /// Merges a setting that is a URI option (its `uri_name`).
  void MergeOption(const Setting& setting);
  /// Adds a URI option where there is none.
  void Default(std::string_view name, std::string value);

  [[nodiscard]] MongoUri& uri() { return uri_; }
  /// kDefault where there was no connection string.
  [[nodiscard]] Origin origin() const { return origin_; }

 private:
  MongoUri uri_;
  const Origin origin_;
};

}  // namespace haul
