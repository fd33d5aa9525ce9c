#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/plan/namespace.h"

namespace haul {

/// What a replay does with the operations on one namespace of an oplog.
struct OplogRoute {
  enum class Kind : std::uint8_t {
    kApplied,   ///< to `target`
    kViews,     ///< system.views: each of its documents has a route of its own
    kVersion,   ///< admin.system.version: the document decides
    kFiltered,  ///< left out by the selection
    kSkipped,   ///< the server's own bookkeeping
    kUnsafe,    ///< what stands there cannot be had by applying operations
  };
  Kind kind = Kind::kSkipped;
  Namespace target = {};
  std::string target_name = {};  ///< "database.collection"
};

/// Decides for each namespace of an oplog, once, by the selection of a restore and by what a name
/// means to servers. One thread.
class OplogRoutes {
 public:
  struct Options {
    /// The target of a namespace, or nothing where it is not selected. A time-series collection is
    /// asked for by the name of its buckets, a view by its own.
    std::function<std::optional<Namespace>(const Namespace&)> target;
    bool with_users = false;  ///< admin.system.users and admin.system.roles are applied
  };
  explicit OplogRoutes(Options options) : options_(std::move(options)) {}

  /// "database.collection". The route stays valid as long as this object. Error kConflict where two
  /// namespaces land on one target.
  [[nodiscard]] const OplogRoute& Of(std::string_view ns);

  /// Targets of the namespaces of that database that were asked for and are applied.
  [[nodiscard]] std::vector<Namespace> TargetsOf(std::string_view database) const;

 private:
  [[nodiscard]] OplogRoute Decide(const Namespace& ns);
  [[nodiscard]] OplogRoute Selected(const Namespace& ns);

  Options options_;
  std::unordered_map<std::string, OplogRoute> routes_;
  std::map<Namespace, Namespace> sources_;  // by target
};

}  // namespace haul
