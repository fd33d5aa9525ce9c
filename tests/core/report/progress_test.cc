#include "core/report/progress.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "captured_log.h"
#include "core/report/progress_renderer.h"
#include "core/report/progress_text.h"
#include "core/report/rate_meter.h"
#include "core/report/summary.h"

namespace haul {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::chrono::steady_clock::time_point kStart{};

std::vector<std::string> Lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Progress, SumsWhatManyWorkersAdd) {
  Progress progress;
  CollectionProgress& a = progress.Add("shop.a", {.documents = 4000, .bytes = 40000});
  CollectionProgress& b = progress.Add("shop.b", {.documents = 4000, .bytes = 40000});
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) {
        a.Add(1, 10);
        b.Add(1, 10);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(progress.done().documents, 8000U);
  EXPECT_EQ(progress.done().bytes, 80000U);
  EXPECT_EQ(a.done().documents, 4000U);
}

TEST(Progress, ShowsACollectionFromItsFirstDocumentToItsEnd) {
  Progress progress;
  CollectionProgress& a = progress.Add("shop.a", {});
  CollectionProgress& b = progress.Add("shop.b", {});
  EXPECT_TRUE(progress.Snapshot().at_work.empty());
  a.Add(1, 10);
  b.Start();
  EXPECT_EQ(progress.Snapshot().at_work.size(), 2U);
  a.Finish();
  a.Finish();
  const ProgressSnapshot snapshot = progress.Snapshot();
  ASSERT_EQ(snapshot.at_work.size(), 1U);
  EXPECT_EQ(snapshot.at_work[0].name, "shop.b");
  EXPECT_EQ(snapshot.collections_done, 1U);
  EXPECT_EQ(snapshot.collections, 2U);
}

TEST(RateMeter, TellsThePaceOfTheLastTenSeconds) {
  RateMeter rate;
  for (int second = 0; second <= 20; ++second) {
    const auto mb = static_cast<std::uint64_t>(second <= 10 ? second : 10 + (second - 10) * 5);
    rate.Sample({.documents = mb * 10, .bytes = mb * 1000000}, kStart + seconds(second));
  }
  EXPECT_DOUBLE_EQ(rate.pace().bytes_per_second, 5e6);
  EXPECT_DOUBLE_EQ(rate.pace().documents_per_second, 50);
  EXPECT_EQ(rate.TimeLeft({.documents = 0, .bytes = 110000000}), seconds(10));
  EXPECT_EQ(rate.TimeLeft({.documents = 700, .bytes = 0}), seconds(2));
  EXPECT_EQ(rate.TimeLeft({.documents = 0, .bytes = 1}), seconds(0));
  EXPECT_FALSE(rate.TimeLeft({}).has_value());
}

TEST(RateMeter, KnowsNothingBeforeTimeHasPassed) {
  RateMeter rate;
  EXPECT_EQ(rate.pace().bytes_per_second, 0);
  EXPECT_FALSE(rate.TimeLeft({.documents = 1, .bytes = 1}).has_value());
  rate.Sample({.documents = 5, .bytes = 5}, kStart);
  rate.Sample({.documents = 9, .bytes = 9}, kStart);
  EXPECT_EQ(rate.pace().bytes_per_second, 0);
}

TEST(ShortName, CutsInTheMiddleByCharactersNotBytes) {
  EXPECT_EQ(ShortName("shop.orders", 20), "shop.orders");
  EXPECT_EQ(ShortName("shop.a_very_long_name", 11), "shop...name");
  EXPECT_EQ(ShortName("äöüäöüäöü", 6), "äö..öü");
  EXPECT_EQ(ShortName("a\x1b[31m", 20), "a\\x1b[31m");
  EXPECT_EQ(ShortName("abcdef", 3), "abc");
}

ProgressSnapshot SomeSnapshot() {
  return {.phase = "",
          .at_work = {{"shop.orders", {500, 50 << 20}, {1000, 100 << 20}},
                      {"shop." + std::string(80, 'x'), {1, 1000}, {}},
                      {"shop.evil\x1b[2J", {10, 400 << 20}, {10, 200 << 20}}},
          .done = {511, 450 << 20},
          .expected = {1010, 900 << 20},
          .rejected = 2,
          .collections_done = 3,
          .collections = 9};
}

TEST(Progress, ShowsActivitiesBesideThePhaseUntilTheyEnd) {
  Progress progress;
  progress.SetPhase("loading");
  const std::size_t a = progress.BeginActivity("building 2 indexes of shop.a");
  const std::size_t b = progress.BeginActivity("building 1 index of shop.b");
  EXPECT_EQ(progress.Snapshot().phase,
            "loading, building 2 indexes of shop.a, building 1 index of shop.b");
  progress.EndActivity(a);
  EXPECT_EQ(progress.Snapshot().phase, "loading, building 1 index of shop.b");
  progress.EndActivity(b);
  EXPECT_EQ(progress.Snapshot().phase, "loading");
}

TEST(LiveBlock, FitsEveryTerminal) {
  RateMeter rate;
  rate.Sample({}, kStart);
  rate.Sample({511, 450 << 20}, kStart + seconds(9));
  for (std::size_t width = 20; width <= 200; ++width) {
    for (const std::string& line : Lines(LiveBlock(SomeSnapshot(), rate, width))) {
      EXPECT_LT(DisplayWidth(line), width) << line;
      EXPECT_EQ(line.find('\x1b'), std::string::npos);
    }
  }
}

TEST(LiveBlock, ShowsABarACollectionAndTheTotal) {
  RateMeter rate;
  rate.Sample({}, kStart);
  rate.Sample({511, 450 << 20}, kStart + seconds(9));
  const auto lines = Lines(LiveBlock(SomeSnapshot(), rate, 100));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0], "shop.orders                       [############............]  50% 50.0 MiB");
  EXPECT_EQ(lines[2], "shop.evil\\x1b[2J                  [#######################.]  99% 400 MiB");
  EXPECT_EQ(
      lines[3],
      "50%, 450 MiB, 52.4 MB/s, 57 docs/s, ETA 9.0 s, 511 docs, 2 rejected, 3 of 9 collections");
}

TEST(LiveBlock, LimitsTheNumberOfBars) {
  ProgressSnapshot snapshot;
  for (int i = 0; i < 30; ++i) snapshot.at_work.push_back({"a.b", {}, {}});
  snapshot.phase = "building indexes";
  const auto lines = Lines(LiveBlock(snapshot, {}, 80));
  ASSERT_EQ(lines.size(), kMaxBars + 3);
  EXPECT_EQ(lines[kMaxBars], "and 22 more");
  EXPECT_EQ(lines[kMaxBars + 1], "building indexes");
}

TEST(ProgressRenderer, RedrawsTheBlockInPlaceAndRemovesItAtTheEnd) {
  CapturedLog captured;
  Progress progress;
  CollectionProgress& a = progress.Add("shop.a", {.documents = 10, .bytes = 1000});
  {
    ProgressRenderer renderer(progress, captured.log(),
                              {.style = ProgressStyle::kLive, .width = [] { return 60U; }});
    a.Add(5, 500);
    renderer.Tick(kStart);
    const std::string first = captured.Take();
    EXPECT_TRUE(first.starts_with("shop.a ")) << first;
    a.Add(1, 100);
    renderer.Tick(kStart + milliseconds(200));
    EXPECT_TRUE(captured.Take().starts_with("\r\x1b[1A\x1b[Jshop.a "));
  }
  EXPECT_EQ(captured.Take(), "\r\x1b[1A\x1b[J");
}

TEST(ProgressRenderer, WritesPlainOrJsonLinesElsewhere) {
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    CapturedLog captured({.format = format});
    Progress progress;
    CollectionProgress& a = progress.Add("shop.a", {.documents = 10, .bytes = 4000});
    ProgressRenderer renderer(progress, captured.log(), {.style = ProgressStyle::kLines});
    renderer.Tick(kStart);
    static_cast<void>(captured.Take());
    a.Add(5, 2000);
    renderer.Tick(kStart + seconds(5));
    const std::string text = captured.Take();
    if (format == LogFormat::kText) {
      EXPECT_EQ(text, "50%, 1.95 KiB, 0.0 MB/s, 1 docs/s, ETA 5.0 s, 5 docs, 0 of 1 collections\n");
    } else {
      EXPECT_NE(text.find(R"("documents":5,"bytes":2000,"rejected":0)"), std::string::npos) << text;
      EXPECT_NE(text.find(R"("secondsLeft":5)"), std::string::npos) << text;
    }
  }
}

TEST(ProgressRenderer, IsSilentWhenQuietAndPlainWithoutATerminal) {
  CapturedLog quiet({.level = LogLevel::kError});
  EXPECT_EQ(ProgressRenderer::For(quiet.log()).style, ProgressStyle::kNone);
  CapturedLog piped;
  EXPECT_EQ(ProgressRenderer::For(piped.log()).style, ProgressStyle::kLines);
}

TEST(ProgressRenderer, EndsItsThreadAtOnce) {
  CapturedLog captured;
  const Progress progress;
  const ProgressRenderer renderer(progress, captured.log(), ProgressRenderer::For(captured.log()));
}

TEST(Summary, IsOneLineWithTheFacts) {
  CapturedLog captured;
  captured.log().Warn("w");
  static_cast<void>(captured.Take());
  LogSummary(captured.log(), {.verb = "dumped",
                              .done = {1234567, 840 << 20},
                              .rejected = 2,
                              .elapsed = milliseconds(31200)});
  EXPECT_EQ(captured.Take(),
            "dumped 1,234,567 documents, 840 MiB in 31.2 s (28.2 MB/s), 2 rejected, 1 warning\n");
}

}  // namespace
}  // namespace haul
