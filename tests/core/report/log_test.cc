#include "core/report/log.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include <string>
#include <thread>
#include <vector>

#include "captured_log.h"

namespace haul {
namespace {

TEST(Log, PrefixesWarningsAndErrorsWithTheProgram) {
  CapturedLog captured;
  captured.log().Info("copied shop.orders");
  captured.log().Warn("slow disk");
  captured.log().Error("failed", "try again");
  EXPECT_EQ(captured.Take(),
            "copied shop.orders\nhaul-try: warning: slow disk\nhaul-try: error: failed\nhint: try "
            "again\n");
}

TEST(Log, EscapesNamesFromData) {
  CapturedLog captured;
  captured.log().Info("copied a\x1b[2Jb\nc\xff");
  EXPECT_EQ(captured.Take(), "copied a\\x1b[2Jb\\nc\\xff\n");
}

TEST(Log, CountsWarningsAlsoWhenQuiet) {
  CapturedLog captured({.level = LogLevel::kError});
  captured.log().Warn("unseen");
  captured.log().Warn("unseen");
  EXPECT_EQ(captured.log().warnings(), 2U);
  EXPECT_EQ(captured.Take(), "");
}

TEST(Log, WritesJsonLinesWithFields) {
  CapturedLog captured({.format = LogFormat::kJson});
  captured.log().Info("copied \"x\"\n", {{"ns", "a.b\xff"},
                                         {"documents", std::uint64_t{18446744073709551615U}},
                                         {"rate", 1.5},
                                         {"whole", true},
                                         {"delta", -3}});
  EXPECT_EQ(
      captured.Take(),
      R"({"time":"2024-05-06T07:08:09.010Z","level":"info","message":"copied \"x\"\n",)"
      R"("ns":"a.b\\xff","documents":18446744073709551615,"rate":1.5,"whole":true,"delta":-3})"
      "\n");
}

TEST(Log, StampsLinesAsTheMongoToolsDo) {
  ASSERT_EQ(setenv("TZ", "IST-5:30", 1), 0);
  tzset();
  CapturedLog captured({.format = LogFormat::kMongoTools});
  captured.log().Info("writing");
  captured.log().Error("no server", "look for it");
  ASSERT_EQ(unsetenv("TZ"), 0);
  tzset();
  EXPECT_EQ(captured.Take(),
            "2024-05-06T12:38:09.010+0530\twriting\n"
            "2024-05-06T12:38:09.010+0530\tFailed: no server\n"
            "2024-05-06T12:38:09.010+0530\thint: look for it\n");
}

TEST(Log, KeepsTheLiveBlockBelowTheLines) {
  CapturedLog captured;
  captured.log().ShowLive("one\ntwo");
  EXPECT_EQ(captured.Take(), "one\ntwo");
  captured.log().Info("line");
  EXPECT_EQ(captured.Take(), "\r\x1b[1A\x1b[Jline\none\ntwo");
  captured.log().ShowLive("one\ntwo");
  EXPECT_EQ(captured.Take(), "");
  captured.log().ShowLive("");
  EXPECT_EQ(captured.Take(), "\r\x1b[1A\x1b[J");
  captured.log().Info("last");
  EXPECT_EQ(captured.Take(), "last\n");
}

TEST(Log, WritesLinesOfManyThreadsWhole) {
  CapturedLog captured;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&captured] {
      for (int n = 0; n < 100; ++n) captured.log().Info("abcdefghij");
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string expected;
  for (int n = 0; n < 400; ++n) expected += "abcdefghij\n";
  EXPECT_EQ(captured.Take(), expected);
}

TEST(Log, SurvivesAClosedStderr) {
  Log log({.program = "haul-try", .fd = -1});
  log.Error("nobody hears");
  log.ShowLive("or sees");
  EXPECT_EQ(log.warnings(), 0U);
}

}  // namespace
}  // namespace haul
