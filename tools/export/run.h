#pragma once

#include "core/cli/run_tool.h"
#include "tools/export/options.h"

namespace haul {

/// The whole run: connects, plans, writes, reports. kRejected where documents could not be written.
/// Throws Error.
[[nodiscard]] ExitCode RunExport(const ExportOptions& options, const Invocation& invocation);

}  // namespace haul
