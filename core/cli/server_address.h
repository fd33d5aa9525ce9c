#pragma once

#include "core/cli/connection_input.h"
#include "core/cli/uri_merge.h"

namespace haul {

/// Merges --host (also SET/HOST1,HOST2) and --port; localhost:27017 where nobody names a server.
/// One host without a set's name, and no connection string, is a direct connection. Throws Error
/// kUsage.
void MergeHosts(UriMerge& merge, const ConnectionInput& input);

}  // namespace haul
