#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/mongo/deployment.h"
#include "restore/plan.h"

namespace haul {

/// How many users and roles were merged into the server's.
struct MergedUsers {
  std::uint64_t users = 0;
  std::uint64_t roles = 0;
  std::vector<std::string> kept;  ///< not in the dump, but logged in; for display
};

/// Error kUnsupported where the dump's users are of a schema that the server cannot take, as far as
/// the feed knows it by now. Reads the dump only.
void CheckUsers(RestoreFeed& feed);

/// Puts users and roles into temporary collections, merges them, and drops those again. With
/// --drop, users and roles of the scope that the dump does not hold are removed, unless it holds
/// none at all; whoever this run logs in as stays. Throws Error kDenied where the temporary
/// collections cannot be dropped.
[[nodiscard]] MergedUsers RestoreUsers(Deployment& deployment, RestoreFeed& feed,
                                       const PlannedUsers& planned, const RestoreOptions& options);

}  // namespace haul
