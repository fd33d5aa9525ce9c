#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/plan/collection_spec.h"
#include "core/plan/namespace.h"
#include "tools/import/options.h"

namespace haul {

/// One input and the collection that it goes into.
struct ImportTask {
  std::string path;  ///< of the file; "-" = standard input
  std::string name;  ///< how messages call it
  Namespace source;  ///< its own name: what transforms go by
  Namespace target;
  std::optional<CollectionSpec> spec;    ///< of an export: what to create, and its indexes
  std::uint64_t bytes = 0;               ///< of the file; 0 = unknown
  std::string hash;                      ///< BLAKE2b-256 in hex that the file must have; "" = any
  std::optional<std::uint64_t> records;  ///< that it must hold
  bool of_rejects = false;               ///< `path` is a file of rejects, `source` tells which
};

struct ImportPlan {
  std::vector<ImportTask> tasks;      ///< at least one, or a view
  std::vector<CollectionSpec> views;  ///< of an export: created when all else is in
};

/// Finds out what the options name. Nothing is read but names and small files, and of rejects their
/// namespaces. Error kUsage (not there, no export, nothing selected), kCorrupt, kLocalStorage.
[[nodiscard]] ImportPlan PlanImport(const ImportOptions& options);

}  // namespace haul
