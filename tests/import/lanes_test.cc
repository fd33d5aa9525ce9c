#include "tools/import/lanes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/bson/extended_json.h"

namespace haul {
namespace {

using Turn = KeyLanes::Turn;

std::string Numbered(int lane, int number, std::size_t padding = 0) {
  const Document document =
      ParseExtendedJson(R"({"lane":)" + std::to_string(lane) + R"(,"n":)" + std::to_string(number) +
                            R"(,"p":")" + std::string(padding, 'x') + R"("})",
                        "document");
  return std::string(AsText(document.bytes()));
}

std::vector<LinedBatch> Block(std::size_t lanes, int lane, int number) {
  std::vector<LinedBatch> block(lanes);
  block[static_cast<std::size_t>(lane)].Append(AsBytes(Numbered(lane, number)),
                                               static_cast<std::uint64_t>(number));
  return block;
}

TEST(KeyLanes, HandsOutBlocksOfALaneInTheirOrderHoweverTheyCome) {
  StopFlag stop;
  KeyLanes lanes(2, stop);
  LinedBatch work;
  std::size_t lane = 0;
  for (int i = 0; i < 3; ++i) ASSERT_EQ(lanes.Next(work, lane), Turn::kRead);
  lanes.Put(2, Block(2, 1, 2));
  lanes.Put(0, Block(2, 1, 0));
  lanes.Put(1, Block(2, 1, 1));
  ASSERT_EQ(lanes.Next(work, lane), Turn::kRead);
  lanes.NoMore();
  ASSERT_EQ(lanes.Next(work, lane), Turn::kWrite);
  EXPECT_EQ(lane, 1U);
  EXPECT_EQ(work.lines, (std::vector<std::uint64_t>{0, 1, 2}));
  lanes.Written(lane);
  EXPECT_EQ(lanes.Next(work, lane), Turn::kDone);
}

TEST(KeyLanes, AsksForNoMoreInputOnceItHoldsEnough) {
  StopFlag stop;
  KeyLanes lanes(1, stop);
  LinedBatch work;
  std::size_t lane = 0;
  int reads = 0;
  ASSERT_EQ(lanes.Next(work, lane), Turn::kRead);
  for (Turn turn = Turn::kRead; turn == Turn::kRead; turn = lanes.Next(work, lane)) {
    std::vector<LinedBatch> block(1);
    block[0].Append(AsBytes(Numbered(0, reads, 200'000)), 0);
    lanes.Put(static_cast<std::uint64_t>(reads++), std::move(block));
    ASSERT_LT(reads, 200);
  }
  EXPECT_GT(work.batch.documents(), 0U);
}

TEST(KeyLanes, EndsAtOnceWhenAStopIsRequested) {
  StopFlag stop;
  KeyLanes lanes(1, stop);
  LinedBatch work;
  std::size_t lane = 0;
  stop.Request();
  EXPECT_EQ(lanes.Next(work, lane), Turn::kDone);
}

TEST(KeyLanes, ManyWorkersWriteEverythingOnceAndEachLaneInOrder) {
  constexpr int kBlocks = 300;
  constexpr std::size_t kLanes = 7;
  StopFlag stop;
  KeyLanes lanes(kLanes, stop);
  std::atomic<std::uint64_t> next{0};
  std::mutex mutex;
  std::map<std::size_t, std::vector<std::uint64_t>> written;
  const auto work_on = [&] {
    LinedBatch work;
    std::size_t lane = 0;
    for (;;) {
      const Turn turn = lanes.Next(work, lane);
      if (turn == Turn::kDone) return;
      if (turn == Turn::kWrite) {
        {
          const std::lock_guard lock(mutex);
          auto& list = written[lane];
          list.insert(list.end(), work.lines.begin(), work.lines.end());
        }
        lanes.Written(lane);
        continue;
      }
      const std::uint64_t number = next.fetch_add(1);
      if (number >= kBlocks) {
        lanes.NoMore();
        continue;
      }
      std::vector<LinedBatch> block(kLanes);
      std::mt19937 random(static_cast<unsigned>(number));
      for (std::uint64_t i = 0; i < 40; ++i) {
        block[random() % kLanes].Append(AsBytes(Numbered(0, 0, 300)), number * 100 + i);
      }
      lanes.Put(number, std::move(block));
    }
  };
  std::vector<std::thread> workers;
  for (int i = 0; i < 5; ++i) workers.emplace_back(work_on);
  for (std::thread& worker : workers) worker.join();
  std::size_t all = 0;
  for (const auto& [lane, list] : written) {
    all += list.size();
    EXPECT_TRUE(std::is_sorted(list.begin(), list.end()));
  }
  EXPECT_EQ(all, kBlocks * 40U);
}

}  // namespace
}  // namespace haul
