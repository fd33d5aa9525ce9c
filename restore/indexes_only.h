#pragma once

#include "core/base/error.h"
#include "core/cli/run_tool.h"
#include "restore/plan.h"

namespace haul {

/// --indexesOnly: builds those indexes of the plan's collections that the target lacks, and touches
/// no document. A collection that the target lacks is listed, like an index that cannot be built:
/// kRejected.
[[nodiscard]] ExitCode RunIndexesOnly(const RestoreOptions& options, const RestorePlan& plan,
                                      const Invocation& invocation);

}  // namespace haul
