#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "core/pipeline/stop.h"

namespace haul {

/// How a crew of workers came to its end.
enum class CrewEnd {
  kDone,       ///< every worker returned
  kStopped,    ///< `stop` was requested from outside; every worker returned
  kAbandoned,  ///< `stop` was requested from outside and some worker was still inside a blocked
               ///< call when the grace was over: the process has to leave without joining it
};

/// Runs `work(index)` on `count` threads and waits. The first exception requests `stop`, so that
/// the others end at their next batch, and is thrown here when all have. `stop` may be requested
/// from outside (a signal): then the workers get `grace` to return. After kAbandoned everything
/// that the workers refer to must stay alive until the process ends.
[[nodiscard]] CrewEnd RunWorkers(std::size_t count, StopFlag& stop, std::chrono::milliseconds grace,
                                 const std::function<void(std::size_t)>& work);

}  // namespace haul
