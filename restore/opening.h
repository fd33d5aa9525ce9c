#pragma once

#include <optional>

#include "core/cli/run_tool.h"
#include "restore/plan.h"

namespace haul {

/// MakeRestorePlan() where a pipe may keep its reader waiting, whom no signal can wake. Nothing, or
/// the end of the process within a second, where a signal came meanwhile; that is logged.
[[nodiscard]] std::optional<RestorePlan> PlanUnlessStopped(const RestoreOptions& options,
                                                           const Invocation& invocation);

}  // namespace haul
