#pragma once

#include "core/cli/config_file.h"
#include "core/cli/connection_options.h"
#include "core/cli/environment.h"
#include "core/cli/options.h"

namespace haul {

/// Everything that a connection is resolved from; refers to what its maker keeps.
struct ConnectionInput {
  const ConnectionFlags& flags;
  const ParsedOptions& parsed;
  const Environment& environment;
  const ConnectionContext& context;
  const ConfigFile& config;
};

}  // namespace haul
