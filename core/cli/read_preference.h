#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cli/mongo_uri.h"

namespace haul {

struct ReadPreference {
  std::string mode = "primary";            ///< as the specification spells it
  std::vector<std::string> tag_sets = {};  ///< each "dc:ny,rack:1", "" = any member; in order
  std::string max_staleness_seconds = {};  ///< "" = none
};

/// A mode's name (case ignored), or JSON `{mode: "nearest", tagSets: [{dc: "ny"}],
/// maxStalenessSeconds: 120}`. Throws Error kUsage.
[[nodiscard]] ReadPreference ParseReadPreference(std::string_view text);

/// What the options of the URI say. Throws Error kUsage.
[[nodiscard]] ReadPreference ReadPreferenceOf(const MongoUri& uri);

/// Replaces the read preference of the URI.
void SetReadPreference(MongoUri& uri, const ReadPreference& preference);

[[nodiscard]] bool operator==(const ReadPreference& a, const ReadPreference& b);

}  // namespace haul
