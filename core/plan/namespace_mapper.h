#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/plan/namespace.h"
#include "core/plan/namespace_pattern.h"

namespace haul {

/// Which target a source namespace goes to, compiled once from --nsFrom/--nsTo; a value, pure,
/// thread-safe. As mongorestore has it: of several pairs the last one given that matches decides,
/// exactly one is applied. Without `$` in `from`, stars stand for stars by position (mongorestore
/// permutes them; that is its defect); `\*` and `\\` are literal. With `$name$` variables in
/// `from`, `to` may use them in any order and number, and `*` and `\` are literal. Time-series
/// collections are renamed by their logical name.
class NamespaceMapper {
 public:
  struct Rename {
    std::string from;
    std::string to;
  };

  /// Throws Error kUsage for unequal stars, an unknown, repeated or unclosed variable, and for a
  /// `from` that names the buckets of a time-series collection.
  explicit NamespaceMapper(const std::vector<Rename>& renames);
  NamespaceMapper() = default;

  /// The target; `ns` itself where nothing matches. A buckets prefix is stripped and put back.
  /// Throws Error kUsage where the result has no collection or is not a legal name.
  [[nodiscard]] Namespace Map(const Namespace& ns) const;

  [[nodiscard]] bool empty() const { return renames_.empty(); }

 private:
  struct Compiled {
    NamespacePattern from;
    std::vector<std::string> to_literals;  ///< one more than to_sources
    std::vector<std::size_t> to_sources;   ///< which capture stands between them
  };

  static Compiled CompileStars(const Rename& rename);
  static Compiled CompileVariables(const Rename& rename);

  std::vector<Compiled> renames_;  ///< the one that decides first
};

/// Throws Error kUsage naming both sources where two of them land on one target.
void CheckDistinctTargets(const std::map<Namespace, Namespace>& source_to_target);

}  // namespace haul
