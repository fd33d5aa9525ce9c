#pragma once

#include "core/base/error.h"
#include "core/cli/run_tool.h"
#include "tools/inspect/options.h"

namespace haul {

/// Shows documents or a summary. kOk where all of it was shown. Throws Error.
[[nodiscard]] ExitCode RunInspect(const InspectOptions& options, const Invocation& invocation);

}  // namespace haul
