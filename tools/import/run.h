#pragma once

#include "core/base/error.h"
#include "core/cli/run_tool.h"
#include "tools/import/options.h"

namespace haul {

/// Imports what the options name. kOk where all of it is in, kRejected where something was
/// rejected; throws Error for everything else.
[[nodiscard]] ExitCode RunImport(const ImportOptions& options, const Invocation& invocation);

}  // namespace haul
