#include "tools/import/feed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "formats/json_records.h"

namespace haul {
namespace {

/// A text in memory; after its end it throws where it is told to.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text, bool breaks = false)
      : text_(std::move(text)), breaks_(breaks) {}
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override {
    const std::size_t size = std::min(bytes.size(), text_.size() - at_);
    if (size == 0 && breaks_) throw Error(ExitCode::kCorrupt, "the stream is cut");
    if (size > 0) std::memcpy(bytes.data(), text_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  std::string text_;
  bool breaks_;
  std::size_t at_ = 0;
};

struct Fed {
  std::set<std::uint64_t> lines;
  std::size_t bad = 0;
  std::optional<Error> fault;
};

// All that `workers` workers get of a text in blocks of 100 bytes.
Fed FeedAll(TextSource source, TextLayout layout, int workers) {
  StopFlag stop;
  TextBlocks blocks(source, layout, {.name = "in", .block_bytes = 100});
  RecordFeed feed(blocks, layout != TextLayout::kJsonLines, stop);
  Fed fed;
  std::mutex mutex;
  const auto work = [&] {
    JsonRecordParser parser(layout, "in");
    TextBlock scratch;
    ParsedBlock parsed;
    std::uint64_t number = 0;
    while (feed.Next(parser, scratch, parsed, number)) {
      const std::lock_guard lock(mutex);
      fed.lines.insert(parsed.lines.begin(), parsed.lines.end());
      fed.bad += parsed.bad.size();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < workers; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  fed.fault = feed.fault();
  return fed;
}

std::string Array(int documents, int bad) {
  std::string text = "[";
  for (int i = 1; i <= documents; ++i) {
    text += i == bad ? R"({"n":tru})" : R"({"n":1})";
    text += i == documents ? "]" : ",\n";
  }
  return text;
}

TEST(RecordFeed, HandsOutNothingBehindTheFaultOfAnArrayHoweverManyWork) {
  for (int run = 0; run < 20; ++run) {
    const Fed fed = FeedAll(TextSource(Array(2000, 777)), TextLayout::kJsonArray, 4);
    EXPECT_EQ(fed.lines.size(), 776U);
    EXPECT_EQ(*fed.lines.rbegin(), 776U);
    const std::string message = fed.fault ? fed.fault->message() : "";
    EXPECT_NE(message.find("line 777"), std::string::npos) << message;
  }
}

TEST(RecordFeed, GoesOnBehindABadLine) {
  std::string text;
  for (int i = 1; i <= 500; ++i) text += i % 100 == 0 ? "bad\n" : "{\"n\":1}\n";
  const Fed fed = FeedAll(TextSource(text), TextLayout::kJsonLines, 3);
  EXPECT_EQ(fed.lines.size(), 495U);
  EXPECT_EQ(fed.bad, 5U);
  EXPECT_FALSE(fed.fault);
}

TEST(RecordFeed, HandsOutWhatStandsBeforeTheDamageOfASource) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "{\"n\":1}\n";
  const Fed fed = FeedAll(TextSource(text, true), TextLayout::kJsonLines, 3);
  EXPECT_EQ(fed.lines.size(), 300U);
  ASSERT_TRUE(fed.fault);
  EXPECT_EQ(fed.fault->message(), "the stream is cut");
}

TEST(RecordFeed, HandsOutAPeekedBlockOnce) {
  StopFlag stop;
  TextSource source("{\"n\":1}\n{\"n\":2}\n");
  TextBlocks blocks(source, TextLayout::kJsonLines, {.name = "in", .block_bytes = 8});
  RecordFeed feed(blocks, false, stop);
  JsonRecordParser parser(TextLayout::kJsonLines, "in");
  ASSERT_TRUE(feed.Peek(parser));
  EXPECT_EQ(feed.peeked().batch.documents(), 1U);
  TextBlock scratch;
  ParsedBlock parsed;
  std::uint64_t number = 7;
  std::size_t documents = 0;
  for (std::uint64_t expected = 0; feed.Next(parser, scratch, parsed, number); ++expected) {
    EXPECT_EQ(number, expected);
    documents += parsed.batch.documents();
  }
  EXPECT_EQ(documents, 2U);
}

TEST(RecordFeed, EndsOnceAWorkerBreaksIt) {
  StopFlag stop;
  TextSource source(std::string(3000, '\n') + "{\"n\":1}\n");
  TextBlocks blocks(source, TextLayout::kJsonLines, {.name = "in", .block_bytes = 100});
  RecordFeed feed(blocks, false, stop);
  JsonRecordParser parser(TextLayout::kJsonLines, "in");
  feed.Break({ExitCode::kRejected, "enough"});
  TextBlock scratch;
  ParsedBlock parsed;
  std::uint64_t number = 0;
  EXPECT_FALSE(feed.Next(parser, scratch, parsed, number));
  EXPECT_EQ(feed.fault()->message(), "enough");
}

}  // namespace
}  // namespace haul
