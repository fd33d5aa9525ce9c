#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/mongo/deployment.h"
#include "core/plan/collection_spec.h"

namespace haul {

/// Names of all databases, sorted.
[[nodiscard]] std::vector<std::string> ListDatabases(Deployment& deployment, const Client& client);

/// Every collection and view of a database with its options, sorted by name, `indexes` still empty.
/// The buckets behind time-series collections and system.views are not listed. An unknown database
/// has none.
[[nodiscard]] std::vector<CollectionSpec> ListCollections(Deployment& deployment,
                                                          const Client& client,
                                                          const std::string& database);

/// One collection or view by its name, whatever it is (system.buckets.X too), as
/// ListCollections(); nothing where there is none.
[[nodiscard]] std::optional<CollectionSpec> FindCollection(Deployment& deployment,
                                                           const Client& client,
                                                           const Namespace& ns);

/// The collection's indexes, verbatim, in the server's order; empty for views. Nothing where the
/// collection has vanished.
[[nodiscard]] std::optional<std::vector<Document>> ListIndexes(Deployment& deployment,
                                                               const Client& client,
                                                               const Namespace& ns);

/// The UUID that the name stands for now, 32 hex digits; empty where there is no such collection
/// (or the server has no UUIDs).
[[nodiscard]] std::string CollectionUuid(Deployment& deployment, const Client& client,
                                         const Namespace& ns);

/// What the storage engine says of a collection; estimates.
struct CollectionSize {
  std::uint64_t bytes = 0;  ///< uncompressed
  std::uint64_t documents = 0;
};
/// Zeros where it is not known (views, no right to ask).
[[nodiscard]] CollectionSize MeasureCollection(Deployment& deployment, const Client& client,
                                               const Namespace& data_ns);

/// The newest cluster time that the deployment reports, "seconds:increment"; empty on a standalone.
[[nodiscard]] std::string ClusterTime(const Client& client);

}  // namespace haul
