#include "core/pipeline/rate_limiter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace haul {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// A clock that sleeping moves on.
struct FakeTime {
  std::chrono::steady_clock::time_point now{seconds(1000)};
  int naps = 0;
  StopFlag* stop_at_first_nap = nullptr;

  LimiterClock clock() {
    return {.now = [this] { return now; },
            .sleep =
                [this](nanoseconds time) {
                  ++naps;
                  now += time;
                  if (stop_at_first_nap != nullptr) stop_at_first_nap->Request();
                }};
  }
};

TEST(RateLimiter, LetsEverythingPassWithoutALimit) {
  FakeTime time;
  const StopFlag stop;
  RateLimiter limiter(0, time.clock());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limiter.Acquire(1 << 30, stop));
  EXPECT_EQ(time.naps, 0);
}

TEST(RateLimiter, HoldsTheRateOverTime) {
  FakeTime time;
  const StopFlag stop;
  const auto start = time.now;
  RateLimiter limiter(50'000'000, time.clock());
  for (int i = 0; i <= 100; ++i) EXPECT_TRUE(limiter.Acquire(4'000'000, stop));
  EXPECT_EQ(std::chrono::duration_cast<milliseconds>(time.now - start), seconds(8));
}

TEST(RateLimiter, LetsARequestLargerThanASecondPassAndChargesTheNext) {
  FakeTime time;
  const StopFlag stop;
  const auto start = time.now;
  RateLimiter limiter(1000, time.clock());
  EXPECT_TRUE(limiter.Acquire(16'000, stop));
  EXPECT_EQ(time.now, start);
  EXPECT_TRUE(limiter.Acquire(1, stop));
  EXPECT_EQ(time.now - start, seconds(16));
}

TEST(RateLimiter, SavesUpNoMoreThanAQuarterOfASecond) {
  FakeTime time;
  const StopFlag stop;
  RateLimiter limiter(1000, time.clock());
  time.now += seconds(3600);
  const auto start = time.now;
  EXPECT_TRUE(limiter.Acquire(250, stop));
  EXPECT_TRUE(limiter.Acquire(1000, stop));
  EXPECT_EQ(time.now, start);
  EXPECT_TRUE(limiter.Acquire(1, stop));
  EXPECT_EQ(time.now - start, seconds(1));
}

TEST(RateLimiter, WakesWhenAStopIsRequested) {
  FakeTime time;
  StopFlag stop;
  time.stop_at_first_nap = &stop;
  RateLimiter limiter(1, time.clock());
  const auto start = time.now;
  EXPECT_TRUE(limiter.Acquire(1'000'000, stop));
  EXPECT_FALSE(limiter.Acquire(1, stop));
  EXPECT_EQ(time.naps, 1);
  EXPECT_LE(time.now - start, milliseconds(100));
}

TEST(RateLimiter, SharesOneBudgetBetweenWorkers) {
  const StopFlag stop;
  RateLimiter limiter(100'000'000);
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      for (int n = 0; n < 5; ++n) EXPECT_TRUE(limiter.Acquire(1'000'000, stop));
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(185));
}

}  // namespace
}  // namespace haul
