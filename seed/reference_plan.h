#pragma once

#include "seed/plan.h"

namespace haul {

/// Finds the documents of the run that references point to, puts collections behind those that they
/// refer to, and gives each document its level. Error kUsage where several documents of the run
/// are meant, and for cycles.
void PlanReferences(SeedPlan& plan);

}  // namespace haul
