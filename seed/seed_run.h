#pragma once

#include <chrono>
#include <cstdint>

namespace haul {

class Environment;

/// What is the same in all of a run.
struct SeedRun {
  std::chrono::sys_time<std::chrono::milliseconds> now;  ///< one instant for all of it
  std::uint64_t seed = 1;                                ///< of generated values
  const Environment* environment = nullptr;
};

}  // namespace haul
