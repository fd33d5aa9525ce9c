#include "core/pipeline/workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace haul {
namespace {

constexpr std::chrono::milliseconds kLong{10'000};
constexpr std::chrono::milliseconds kShort{100};

TEST(RunWorkers, RunsEveryWorkerOnceAndWaitsForAll) {
  StopFlag stop;
  std::atomic<std::size_t> sum{0};
  EXPECT_EQ(RunWorkers(8, stop, kLong, [&](std::size_t index) { sum += index + 1; }),
            CrewEnd::kDone);
  EXPECT_EQ(sum.load(), 36U);
  EXPECT_FALSE(stop.requested());
}

TEST(RunWorkers, TheFirstExceptionStopsTheOthersAndIsThrown) {
  StopFlag stop;
  std::atomic<std::size_t> ended{0};
  const auto work = [&](std::size_t index) {
    if (index == 2) throw std::runtime_error("worker 2 failed");
    while (!stop.requested()) std::this_thread::yield();
    ++ended;
  };
  try {
    static_cast<void>(RunWorkers(4, stop, kLong, work));
    FAIL() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "worker 2 failed");
  }
  EXPECT_EQ(ended.load(), 3U);
}

TEST(RunWorkers, AStopFromOutsideEndsWorkersThatLookAtIt) {
  StopFlag stop;
  const auto work = [&](std::size_t index) {
    if (index == 0) stop.Request();
    while (!stop.requested()) std::this_thread::yield();
  };
  EXPECT_EQ(RunWorkers(4, stop, kLong, work), CrewEnd::kStopped);
}

TEST(RunWorkers, AWorkerThatHangsIsLeftBehindWhenTheGraceIsOver) {
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    bool passed = false;
  };
  const auto gate = std::make_shared<Gate>();
  StopFlag stop;
  stop.Request();
  const CrewEnd end = RunWorkers(1, stop, kShort, [gate](std::size_t) {
    std::unique_lock lock(gate->mutex);
    gate->changed.wait(lock, [&] { return gate->open; });
    gate->passed = true;
    gate->changed.notify_all();
  });
  EXPECT_EQ(end, CrewEnd::kAbandoned);
  std::unique_lock lock(gate->mutex);
  gate->open = true;
  gate->changed.notify_all();
  EXPECT_TRUE(gate->changed.wait_for(lock, kLong, [&] { return gate->passed; }));
}

}  // namespace
}  // namespace haul
