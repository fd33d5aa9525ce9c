#pragma once

#include "core/base/error.h"
#include "core/cli/run_tool.h"
#include "seed/options.h"

namespace haul {

/// haul-seed: reads the seed files, plans, and writes what is missing.
[[nodiscard]] ExitCode RunSeed(const SeedOptions& options, const Invocation& invocation);

}  // namespace haul
