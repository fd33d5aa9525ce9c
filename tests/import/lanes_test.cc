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
  std::vector<Turn> turns(3);
  std::ranges::generate(turns, [&] { return lanes.Next(work, lane); });
  EXPECT_EQ(turns, std::vector<Turn>(3, Turn::kRead));
  lanes.Put(2, Block(2, 1, 2));
  lanes.Put(0, Block(2, 1, 0));
  lanes.Put(1, Block(2, 1, 1));
  EXPECT_EQ(lanes.Next(work, lane), Turn::kRead);
  lanes.NoMore();
  EXPECT_EQ(lanes.Next(work, lane), Turn::kWrite);
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

/// Workers that read numbered blocks of random lanes and write down what they get.
class Crew {
 public:
  static constexpr std::uint64_t kBlocks = 300;
  static constexpr std::uint64_t kDocuments = 40;  // in each

  void Run(int workers) {
    std::vector<std::thread> threads;
    for (int i = 0; i < workers; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
  }
  [[nodiscard]] const std::map<std::size_t, std::vector<std::uint64_t>>& written() const {
    return written_;
  }

 private:
  void Work() {
    LinedBatch work;
    std::size_t lane = 0;
    for (Turn turn = lanes_.Next(work, lane); turn != Turn::kDone; turn = lanes_.Next(work, lane)) {
      turn == Turn::kWrite ? Write(work, lane) : Read();
    }
  }
  void Write(const LinedBatch& work, std::size_t lane) {
    {
      const std::lock_guard lock(mutex_);
      auto& list = written_[lane];
      list.insert(list.end(), work.lines.begin(), work.lines.end());
    }
    lanes_.Written(lane);
  }
  void Read() {
    const std::uint64_t number = next_.fetch_add(1);
    if (number >= kBlocks) return lanes_.NoMore();
    std::vector<LinedBatch> block(lanes_.size());
    std::mt19937 random(static_cast<unsigned>(number));
    for (std::uint64_t i = 0; i < kDocuments; ++i) {
      block[random() % block.size()].Append(AsBytes(Numbered(0, 0, 300)), number * 100 + i);
    }
    lanes_.Put(number, std::move(block));
  }

  StopFlag stop_;
  KeyLanes lanes_{7, stop_};
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;
  std::map<std::size_t, std::vector<std::uint64_t>> written_;
};

TEST(KeyLanes, ManyWorkersWriteEverythingOnceAndEachLaneInOrder) {
  Crew crew;
  crew.Run(5);
  std::size_t all = 0;
  for (const auto& [lane, list] : crew.written()) {
    all += list.size();
    EXPECT_TRUE(std::is_sorted(list.begin(), list.end()));
  }
  EXPECT_EQ(all, Crew::kBlocks * Crew::kDocuments);
}

}  // namespace
}  // namespace haul
