#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>

#include "core/pipeline/stop.h"

namespace haul {

/// The clock that a RateLimiter lives by; tests bring their own.
struct LimiterClock {
  std::function<std::chrono::steady_clock::time_point()> now;
  std::function<void(std::chrono::nanoseconds)> sleep;
  [[nodiscard]] static LimiterClock Real();
};

/// One budget of bytes per second, shared by all workers (--maxRate). What has been asked for is
/// paid for afterwards: a request of any size passes, and the next ones wait until it is paid, so
/// that no request starves. At most a quarter of a second's bytes are saved up. Thread-safe.
class RateLimiter {
 public:
  /// `bytes_per_second` 0 = unlimited.
  explicit RateLimiter(std::uint64_t bytes_per_second, LimiterClock clock = LimiterClock::Real());

  /// Waits until `bytes` may pass. False where `stop` was requested meanwhile, at most 0.1 s later.
  [[nodiscard]] bool Acquire(std::uint64_t bytes, const StopFlag& stop);

 private:
  const std::uint64_t bytes_per_second_;
  const LimiterClock clock_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point paid_until_;
};

}  // namespace haul
