#pragma once

#include <chrono>
#include <optional>
#include <random>

#include "core/pipeline/stop.h"

namespace haul {

/// Waits between tries of something that a lost connection broke: 0.2 s, doubled each time up to 30
/// s, each with full jitter, until `retry_for` has passed since the first failure. One thread.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds retry_for, const StopFlag& stop)
      : retry_for_(retry_for), stop_(stop) {}

  /// Sleeps and answers true, or false when the time is over or a stop was requested: give up.
  [[nodiscard]] bool Wait();
  /// After a success: the next failure begins a new series.
  void Reset() { failing_since_.reset(); }

 private:
  std::chrono::milliseconds retry_for_;
  const StopFlag& stop_;
  std::optional<std::chrono::steady_clock::time_point> failing_since_;
  std::chrono::milliseconds ceiling_{0};
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace haul
