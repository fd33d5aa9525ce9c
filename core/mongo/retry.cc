#include "core/mongo/retry.h"

#include <algorithm>
#include <thread>

namespace haul {

bool Backoff::Wait() {
  constexpr std::chrono::milliseconds kFirst{200};
  constexpr std::chrono::milliseconds kLongest{30'000};
  constexpr std::chrono::milliseconds kLook{50};
  const auto now = std::chrono::steady_clock::now();
  if (!failing_since_) {
    failing_since_ = now;
    ceiling_ = kFirst;
  }
  const auto give_up_at = *failing_since_ + retry_for_;
  if (now >= give_up_at || stop_.requested()) return false;

  std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter(ceiling_.count() / 2,
                                                                       ceiling_.count());
  const auto wake_at = std::min<std::chrono::steady_clock::time_point>(
      now + std::chrono::milliseconds(jitter(random_)), give_up_at);
  ceiling_ = std::min(ceiling_ * 2, kLongest);
  while (std::chrono::steady_clock::now() < wake_at) {
    if (stop_.requested()) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

}  // namespace haul
