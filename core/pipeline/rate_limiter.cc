#include "core/pipeline/rate_limiter.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace haul {
namespace {

constexpr std::chrono::milliseconds kLongestNap{100};
constexpr std::chrono::milliseconds kSavedUp{250};

}  // namespace

LimiterClock LimiterClock::Real() {
  return {.now = [] { return std::chrono::steady_clock::now(); },
          .sleep = [](std::chrono::nanoseconds time) { std::this_thread::sleep_for(time); }};
}

RateLimiter::RateLimiter(std::uint64_t bytes_per_second, LimiterClock clock)
    : bytes_per_second_(bytes_per_second), clock_(std::move(clock)), paid_until_(clock_.now()) {}

bool RateLimiter::Acquire(std::uint64_t bytes, const StopFlag& stop) {
  if (bytes_per_second_ == 0) return !stop.requested();
  std::chrono::steady_clock::time_point turn;
  {
    const std::lock_guard lock(mutex_);
    const auto earliest = clock_.now() - kSavedUp;
    turn = std::max(paid_until_, earliest);
    const std::chrono::duration<double> cost(static_cast<double>(bytes) /
                                             static_cast<double>(bytes_per_second_));
    paid_until_ = turn + std::chrono::duration_cast<std::chrono::steady_clock::duration>(cost);
  }
  while (!stop.requested()) {
    const auto now = clock_.now();
    if (now >= turn) return true;
    clock_.sleep(std::min<std::chrono::nanoseconds>(turn - now, kLongestNap));
  }
  return false;
}

}  // namespace haul
