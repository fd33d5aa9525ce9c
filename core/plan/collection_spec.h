#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bson/document.h"
#include "core/plan/namespace.h"

namespace haul {

enum class CollectionType : std::uint8_t { kCollection, kView, kTimeSeries };

/// "collection", "view", "timeseries": as listCollections and metadata.json write it.
[[nodiscard]] std::string_view TypeName(CollectionType type);

/// All that it takes to create a collection again. `ns` is the logical name: of a time-series
/// collection the one that users see.
struct CollectionSpec {
  Namespace ns;
  CollectionType type = CollectionType::kCollection;
  Document options;               ///< listCollections' options, verbatim and in order
  std::vector<Document> indexes;  ///< listIndexes' documents, verbatim; with the one on _id
  std::string uuid;               ///< 32 lower-case hex digits, or empty

  [[nodiscard]] bool capped() const;
  [[nodiscard]] bool clustered() const;
  /// Where the documents lie: system.buckets.X for a time-series collection X, else `ns`.
  [[nodiscard]] Namespace DataNamespace() const;
  [[nodiscard]] CollectionSpec Clone() const;
};

}  // namespace haul
