#pragma once

#include <optional>

#include "core/base/error.h"
#include "core/pipeline/stop.h"

namespace haul {

/// From now on the first SIGINT, SIGTERM or SIGHUP requests `stop` and is remembered; a second one
/// ends the process at once with the same kind of exit code. SIGPIPE and SIGXFSZ are ignored:
/// writing to a closed pipe or past a size limit is an ordinary error. `stop` must live as long as
/// the process; call once, before threads start.
void CatchSignals(StopFlag& stop);

/// kInterrupted, kTerminated or kHangup once a signal has arrived. Safe from any thread.
[[nodiscard]] std::optional<ExitCode> ReceivedSignal();

}  // namespace haul
