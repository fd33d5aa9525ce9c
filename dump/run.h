#pragma once

#include "core/base/error.h"
#include "core/cli/run_tool.h"
#include "dump/options.h"

namespace haul {

/// The whole of haul-dump after its options: plan, read, write, commit, report.
[[nodiscard]] ExitCode RunDump(const DumpOptions& options, const Invocation& invocation);

}  // namespace haul
