#pragma once

#include <cstdint>
#include <vector>

#include "core/mongo/catalog.h"
#include "core/mongo/deployment.h"
#include "core/mongo/snapshot.h"
#include "core/plan/collection_spec.h"
#include "core/plan/partition.h"

namespace haul {

/// How a collection is to be cut.
struct PartitionRequest {
  CollectionSize size;
  std::size_t most = 1;           ///< partitions at most
  std::uint64_t cache_bytes = 0;  ///< of the server; 0 = not known
  bool resume_tokens = false;     ///< see GivesResumeTokens
  ReadPoint at = {};              ///< when the collection is read
};

/// Cuts a collection in parts of about equal size by a random sample of its `_id`s. By RecordId
/// where the server gives resume tokens: natural order costs it least, and following the index of
/// random
/// `_id`s that exceed its cache would read every block many times. By `_id` where it does not and
/// records lie in that order, or the collection is clustered or fits the cache. Else, and for
/// capped collections, whose order counts, in one part.
[[nodiscard]] std::vector<Partition> CutCollection(const Client& client, const CollectionSpec& spec,
                                                   const PartitionRequest& request);

/// True where the server gives resume tokens for a natural scan of this collection.
[[nodiscard]] bool GivesResumeTokens(const Deployment& deployment, const CollectionSpec& spec);

/// Size of the server's cache in bytes; 0 where it may not be asked.
[[nodiscard]] std::uint64_t CacheBytes(const Client& client);

}  // namespace haul
