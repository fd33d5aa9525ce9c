#pragma once

#include <memory>

#include "dump/output.h"

namespace haul {

/// The bare documents of the plan's one collection on standard output; options and indexes are not
/// in it. Error kUsage for a view, which has none of its own.
[[nodiscard]] std::unique_ptr<DumpOutput> NewDocumentsOutput(const DumpOptions& options,
                                                             const DumpPlan& plan);

}  // namespace haul
