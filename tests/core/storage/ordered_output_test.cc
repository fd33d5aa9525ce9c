#include "core/storage/ordered_output.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

class Kept final : public ByteSink {
 public:
  void Append(ByteView bytes) override {
    if (full) throw Error(ExitCode::kLocalStorage, "full");
    text += AsText(bytes);
  }
  void Commit() override {}

  std::string text;
  bool full = false;
};

void Nothing() {}

ByteBuffer Text(const std::string& text) {
  ByteBuffer bytes;
  bytes.Append(AsBytes(text));
  return bytes;
}

TEST(OrderedOutput, BringsWhatManyWorkersMakeIntoOrder) {
  constexpr std::uint64_t kTurns = 2000;
  Kept sink;
  OrderedOutput output(sink);
  std::atomic<std::uint64_t> next{0};
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      for (std::uint64_t turn = next++; turn < kTurns; turn = next++) {
        ByteBuffer text = Text(std::to_string(turn) + ',');
        EXPECT_TRUE(output.TryWrite(turn, text));
        EXPECT_TRUE(output.Finish(turn, text, Nothing));
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  std::string expected;
  for (std::uint64_t turn = 0; turn < kTurns; ++turn) expected += std::to_string(turn) + ',';
  EXPECT_EQ(sink.text, expected);
}

TEST(OrderedOutput, KeepsWhatHasToWait) {
  Kept sink;
  OrderedOutput output(sink);
  ByteBuffer later = Text("later");
  EXPECT_TRUE(output.TryWrite(1, later));
  EXPECT_EQ(AsText(later.view()), "later");
  ByteBuffer now = Text("now ");
  EXPECT_TRUE(output.TryWrite(0, now));
  EXPECT_TRUE(now.empty());
  EXPECT_TRUE(output.Finish(0, now, Nothing));
  EXPECT_TRUE(output.Finish(1, later, Nothing));
  EXPECT_EQ(sink.text, "now later");
}

TEST(OrderedOutput, SendsTheOthersHomeWhenOneCannotWrite) {
  Kept sink;
  OrderedOutput output(sink);
  std::thread waiting([&] {
    ByteBuffer text = Text("second");
    EXPECT_FALSE(output.Finish(1, text, Nothing));
  });
  sink.full = true;
  ByteBuffer text = Text("first");
  ExpectError([&] { (void)output.Finish(0, text, Nothing); }, ExitCode::kLocalStorage, "full");
  waiting.join();
  EXPECT_FALSE(output.TryWrite(2, text));
}

TEST(OrderedOutput, WritesNothingAfterItWasClosedInATurn) {
  Kept sink;
  OrderedOutput output(sink);
  ByteBuffer text = Text("first");
  EXPECT_FALSE(output.Finish(0, text, [&] { output.Close(); }));
  text = Text("second");
  EXPECT_FALSE(output.Finish(1, text, Nothing));
  EXPECT_EQ(sink.text, "first");
}

}  // namespace
}  // namespace haul
