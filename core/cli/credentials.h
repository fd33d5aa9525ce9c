#pragma once

#include "core/cli/connection_input.h"
#include "core/cli/uri_merge.h"

namespace haul {

/// Merges user, password (flag, file, environment, config, or asked for), mechanism and where the
/// user is known, and the key file's password. Throws Error kUsage.
void MergeCredentials(UriMerge& merge, const ConnectionInput& input);

}  // namespace haul
