#pragma once

#include <string>
#include <string_view>

#include "core/plan/collection_spec.h"

namespace haul {

/// The text of X.metadata.json, byte for byte as mongodump writes it: options (left out when
/// empty), indexes, uuid (left out when unknown), collectionName, type; no newline at the end.
[[nodiscard]] std::string ToMetadataJson(const CollectionSpec& spec);

/// Reads canonical or relaxed metadata; unknown keys are ignored, an empty text is a plain
/// collection without indexes. `fallback` names the collection where the text does not (its
/// database always counts). Time-series collections are told by options.timeseries, views by
/// options.viewOn. Throws Error kCorrupt.
[[nodiscard]] CollectionSpec ParseMetadataJson(std::string_view text, const Namespace& fallback);

}  // namespace haul
