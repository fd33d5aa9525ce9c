#include "restore/opening.h"

#include <chrono>

#include "core/cli/signals.h"
#include "core/pipeline/workers.h"

namespace haul {
namespace {

// Nothing has been written yet.
constexpr std::chrono::milliseconds kOpenGrace{500};

}  // namespace

std::optional<RestorePlan> PlanUnlessStopped(const RestoreOptions& options,
                                             const Invocation& invocation) {
  std::optional<RestorePlan> plan;
  const CrewEnd end = RunWorkers(1, invocation.stop, kOpenGrace,
                                 [&](std::size_t) { plan.emplace(MakeRestorePlan(options)); });
  if (end == CrewEnd::kDone) return plan;
  invocation.log.Warn("stopped by a signal; nothing was touched");
  const ExitCode code = ReceivedSignal().value_or(ExitCode::kFailure);
  if (end == CrewEnd::kAbandoned) ExitAtOnce(invocation.log, code);
  return std::nullopt;
}

}  // namespace haul
