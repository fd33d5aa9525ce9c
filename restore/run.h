#pragma once

#include "core/base/error.h"
#include "core/cli/run_tool.h"
#include "restore/options.h"

namespace haul {

/// The whole of haul-restore after its options: plan, check, prepare, load, finish, report.
[[nodiscard]] ExitCode RunRestore(const RestoreOptions& options, const Invocation& invocation);

}  // namespace haul
