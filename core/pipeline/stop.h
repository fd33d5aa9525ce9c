#pragma once

#include <atomic>

namespace haul {

/// "Please stop": set once, by a signal or by the first worker that fails; looked at between
/// batches. Thread-safe, and Request() is safe in a signal handler.
class StopFlag {
 public:
  void Request() noexcept { requested_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool requested() const noexcept {
    return requested_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> requested_{false};
};

}  // namespace haul
