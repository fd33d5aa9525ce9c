#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/plan/namespace.h"
#include "core/plan/namespace_pattern.h"

namespace haul {

/// Which namespaces a run touches, compiled once from the options; a value, pure, thread-safe.
/// Patterns are mongorestore's: matched against the whole "database.collection", case-sensitive,
/// `*` is any text (dots and line breaks too), `\*` and `\\` are literal, everything else is
/// itself. A time-series collection is matched by its logical name.
class NamespaceFilter {
 public:
  struct Rules {
    std::vector<std::string> include = {};  ///< --nsInclude; empty = everything
    std::vector<std::string> exclude = {};  ///< --nsExclude
    std::string database = {};              ///< --db; empty = all
    std::string collection = {};            ///< --collection, literal; needs database
    /// --excludeCollection, literal, any database
    std::vector<std::string> exclude_collections = {};
    std::vector<std::string> exclude_prefixes = {};  ///< --excludeCollectionsWithPrefix, literal
  };

  /// Throws Error kUsage for a pattern that cannot be meant (empty, a `$variable$`, a trailing
  /// backslash, neither dot nor star) and for a collection without a database.
  explicit NamespaceFilter(const Rules& rules);
  NamespaceFilter() : NamespaceFilter(Rules{}) {}

  /// Excluded wins. The buckets prefix of a time-series collection is stripped first.
  [[nodiscard]] bool Selects(const Namespace& ns) const;
  /// False where no collection of the database can be selected: such a database is not listed at
  /// all.
  [[nodiscard]] bool MaySelectIn(std::string_view database) const;

 private:
  Rules rules_;
  std::vector<NamespacePattern> include_;
  std::vector<NamespacePattern> exclude_;
};

}  // namespace haul
