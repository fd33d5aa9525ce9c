#pragma once

#include "core/mongo/replica_set_start.h"
#include "seed/options.h"

namespace haul {

/// --waitFor and --initReplicaSet. Error kUsage where a set is to be made of a server that is not
/// on this machine's loopback, or of several.
[[nodiscard]] ServerStart StartOf(const SeedOptions& options);

/// True for "localhost", 127.x.x.x and [::1], with or without a port.
[[nodiscard]] bool IsLoopback(const std::string& host);

}  // namespace haul
