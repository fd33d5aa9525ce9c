#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/report/log.h"
#include "core/report/progress.h"

namespace haul {

struct Summary {
  std::string verb;  ///< "dumped", "restored"
  Amount done = {};
  std::uint64_t rejected = 0;
  std::chrono::milliseconds elapsed{0};
  LogFields more = {};  ///< further members of the JSON line
};

/// The last line of a run: documents, bytes, rate, rejected, the log's warnings, time.
void LogSummary(Log& log, const Summary& summary);

}  // namespace haul
