#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/mongo/catalog.h"
#include "core/mongo/collection_reader.h"
#include "core/mongo/deployment.h"
#include "core/plan/collection_spec.h"
#include "core/plan/partition.h"
#include "core/report/log.h"
#include "tools/export/options.h"

namespace haul {

/// Where an export comes from.
struct ExportSource {
  Deployment& deployment;
  const Client& client;
  const ExportOptions& options;
};

/// One collection or view, and how it is read.
struct PlannedExport {
  CollectionSpec spec;
  CollectionSize size;           ///< estimate; zeros: not known
  bool exists = true;            ///< false: there is nothing to read
  bool definition_only = false;  ///< of a directory: a view
  Partition partition;           ///< always all of it, so that its order is the same for any --jobs
  bool resume_tokens = false;
  std::uint32_t reply_documents = 500;

  /// What a reader needs; this and `selection` outlive it.
  [[nodiscard]] CollectionRead Read(const ExportSelection& selection) const;
  /// Documents and bytes to expect; zeros where the selection leaves it open.
  [[nodiscard]] CollectionSize Expected(const ExportSelection& selection) const;
};

/// Sorted by namespace. Throws Error kUsage where --assertExists, a whole database or the name of
/// one collection among several asks for what is not there; one collection that does not exist is a
/// warning and an empty export, as with mongoexport.
[[nodiscard]] std::vector<PlannedExport> MakeExportPlan(const ExportSource& source, Log& log);

/// After the last document: throws Error kSourceChanged where the name stands for another
/// collection than the one that was planned, or for none.
void CheckSameCollection(const ExportSource& source, const PlannedExport& planned);

}  // namespace haul
