#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/mongo/catalog_writer.h"
#include "core/report/log.h"
#include "restore/leftovers.h"
#include "restore/placement.h"
#include "restore/plan.h"
#include "restore/swap.h"

namespace haul {

/// The server side of a restore before its documents: what is there, whether the plan fits, and
/// making the collections. Calls for different collections may run at once.
class RestoreTarget {
 public:
  /// All must outlive it.
  RestoreTarget(Deployment& deployment, const RestorePlan& plan, const RestoreOptions& options)
      : deployment_(deployment),
        plan_(plan),
        options_(options),
        swaps_(deployment, options.write_concern) {}

  /// Looks, and touches nothing. Throws Error kUnavailable for a secondary, kUnsupported for
  /// features that the server lacks, kConflict where something of another kind stands in the way,
  /// kDenied without the rights to write. Rights whose lack only makes rejects are warned of.
  void Check(Log& log);

  /// Drops what dead runs of this machine left in the databases of the plan; only with --drop.
  void RemoveLeftovers() const;

  /// Drops (where it is to be dropped first) and creates, at its target or beside it. What is there
  /// already stays as it is.
  void Prepare(CatalogWriter& catalog, const PlannedCollection& planned);
  /// The same for a view. False where another one of that name is there and stays.
  [[nodiscard]] bool PrepareView(CatalogWriter& catalog, const PlannedCollection& planned) const;

  /// After Check().
  [[nodiscard]] const Placements& placements() const { return placements_; }
  [[nodiscard]] Swaps& swaps() { return swaps_; }
  [[nodiscard]] const Swaps& swaps() const { return swaps_; }

 private:
  void CheckWritable() const;
  void ReadExisting();
  void CheckExisting() const;
  void CheckUuids() const;
  void WarnOfOptions(Log& log) const;
  void CheckRights(const Privileges& rights, Log& log);
  [[nodiscard]] bool Drops(const Namespace& ns) const;
  void Drop(CatalogWriter& catalog, const PlannedCollection& planned) const;
  [[nodiscard]] CreateOptions CreateOptionsFor(const PlannedCollection& planned) const;

  Deployment& deployment_;
  const RestorePlan& plan_;
  const RestoreOptions& options_;
  Swaps swaps_;
  Placements placements_;
  Placements::Existing existing_;
  Leftovers leftovers_;
  std::set<Namespace> undroppable_;
};

/// Throws Error kUnsupported where a server of that version cannot have the collection. Pure.
void CheckFeatures(const CollectionSpec& spec, const ServerInfo& server, bool with_indexes);

}  // namespace haul
