#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/bson/timestamp.h"
#include "core/mongo/deployment.h"
#include "core/plan/collection_spec.h"
#include "dump/options.h"

namespace haul {

/// Where a dump comes from and what is wanted of it.
struct DumpSource {
  Deployment& deployment;
  const Client& client;
  const DumpOptions& options;
};

/// A collection or view that the options select, as the server describes it.
struct SourceCollection {
  CollectionSpec spec;
  std::string data_uuid;  ///< of spec.DataNamespace(), 32 hex digits; empty for views

  [[nodiscard]] SourceCollection Clone() const { return {spec.Clone(), data_uuid}; }
};

/// What there is to dump, sorted by namespace.
struct Catalogue {
  std::vector<SourceCollection> collections;
  /// With --snapshot: the cluster time at which all of it was as it is here.
  std::optional<Timestamp> time = {};
  std::vector<std::string> warnings = {};  ///< what was left out and why; for display
  bool by_uuid = false;                    ///< the user may read collections by their UUIDs
};

/// Reads options and indexes of everything selected. The server refuses that at a cluster time, so
/// with --snapshot the time is taken between two equal readings. Throws Error kUsage where the
/// database that was asked for does not exist, kSourceChanged where collections keep changing.
[[nodiscard]] Catalogue ReadCatalogue(const DumpSource& source);

/// After the last document of a snapshot: throws Error kSourceChanged where a collection with
/// documents in the dump is not there any more under its name, or is another one.
void CheckUnchanged(const DumpSource& source, const Catalogue& catalogue);

}  // namespace haul
