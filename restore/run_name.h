#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace haul {

/// A name for this process' run that no other has (core/plan/beside_name.h): its begin in seconds,
/// a fingerprint of the machine since it was booted and of the processes that can be seen there,
/// and the process' number.
[[nodiscard]] std::string NewRunName();

/// When the run began.
[[nodiscard]] std::chrono::system_clock::time_point BeginOfRun(std::string_view run);

/// True only where the run was on this machine, since it was booted, and its process is no more.
/// False means that it may be going on: of other machines nothing is known.
[[nodiscard]] bool IsDeadRunOfThisMachine(std::string_view run);

}  // namespace haul
