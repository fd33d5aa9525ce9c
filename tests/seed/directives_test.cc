#include "seed/directives.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "seed/relative_time.h"
#include "tests/seed/seed_files.h"
#include "tests/support/expect_error.h"

namespace haul::testing {
namespace {

using Strings = std::vector<std::string>;

TEST(Directives, AnObjectIdIsTheOneOfMongoSeeding) {
  // echo -n user:admin | sha1sum
  EXPECT_EQ(SeedFiles().DocumentsOf(R"([{"_id": {"$$oid": "user:admin"}}])"),
            Strings{R"({"_id":{"$oid":"fcbb9328345d8d7fbac6406f"}})"});
}

TEST(Directives, AUuidOfANameIsTheOneOfItsVersion5) {
  // python3: uuid.uuid5(uuid.UUID(int=0), "name")
  EXPECT_EQ(
      SeedFiles().DocumentsOf(R"([{"u": {"$$uuid": "name"}}])"),
      SeedFiles().DocumentsOf(R"([{"u": {"$uuid": "9ced7028-3599-573c-90ef-9590f243b9b3"}}])"));
}

TEST(Directives, SequencesGoOnFromDocumentToDocumentAndThroughCopies) {
  const SeedFiles files;
  EXPECT_EQ(files.DocumentsOf(R"([{"n": {"$$seq": {"start": 7, "step": -2}}},
                                  {"$$repeat": {"n": 2, "doc": {"n": {"$$seq": {"start": 7, "step": -2}}}}},
                                  {"n": {"$$seq": {"start": 7, "step": -2}}}])"),
            (Strings{R"({"n":{"$numberInt":"7"}})", R"({"n":{"$numberInt":"5"}})",
                     R"({"n":{"$numberInt":"3"}})", R"({"n":{"$numberInt":"1"}})"}));
}

TEST(Directives, ASequenceLeaves32BitsWithoutHarm) {
  EXPECT_EQ(SeedFiles().DocumentsOf(R"([{"n": {"$$seq": {"start": 2147483648}}}])"),
            Strings{R"({"n":{"$numberLong":"2147483648"}})"});
}

TEST(Directives, ARepeatInsideADocumentMakesSoManyElements) {
  EXPECT_EQ(
      SeedFiles().DocumentsOf(
          R"([{"$$repeat": {"n": 2, "doc": {"a": ["x", {"$$repeat": {"n": 2, "doc": {"$$seq": {}}}}],
                                                  "b": {"$$repeat": {"n": 1, "doc": "y"}}}}}])"),
      (Strings{R"({"a":["x",{"$numberInt":"1"},{"$numberInt":"2"}],"b":["y"]})",
               R"({"a":["x",{"$numberInt":"3"},{"$numberInt":"4"}],"b":["y"]})"}));
}

TEST(Directives, TimesAreOfOneInstant) {
  EXPECT_EQ(
      SeedFiles().DocumentsOf(
          R"([{"a": {"$$now": 1}, "b": {"$$date": "now-1s"}, "c": {"$$date": "2024-05-01"}}])"),
      Strings{R"({"a":{"$date":{"$numberLong":"1700000000000"}},)"
              R"("b":{"$date":{"$numberLong":"1699999999000"}},)"
              R"("c":{"$date":{"$numberLong":"1714521600000"}}})"});
}

TEST(Directives, StringsAndLiteralsStayWhatTheyAre) {
  EXPECT_EQ(
      SeedFiles().DocumentsOf(R"([{"a": "$$NOW", "b": {"$$literal": {"$$now": [{"$$x": "1"}]}}}])"),
      Strings{R"({"a":"$$NOW","b":{"$$now":[{"$$x":"1"}]}})"});
}

TEST(Directives, AnEnvironmentVariableIsItsTextOrTheDefault) {
  EXPECT_EQ(
      SeedFiles().DocumentsOf(
          R"([{"a": {"$$env": "WORD"}, "b": {"$$env": "NO", "default": [{"$$env": "WORD"}]}}])"),
      Strings{R"({"a":"value","b":["value"]})"});
}

TEST(Directives, GeneratedValuesDependOnSeedAndPlaceOnly) {
  SeedFiles files;
  const std::string text =
      R"([{"$$repeat": {"n": 100, "doc": {"m": {"$$gen": "email"}, "c": {"$$gen": {"choice": [1, {"$$now": 1}]}},
          "i": {"$$gen": {"int": [-3, 3]}}, "w": {"$$gen": "word"}}}}])";
  const Strings first = files.DocumentsOf(text);
  EXPECT_EQ(files.DocumentsOf(text), first);
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 100U);
  files.seed = 2;
  EXPECT_NE(files.DocumentsOf(text), first);
}

TEST(Directives, FaultsNameFileLineAndPath) {
  const SeedFiles files;
  const auto error = Caught(
      [&] { static_cast<void>(files.DocumentsOf("[\n{\"a\": [{\"b\":\n{\"$$nwo\": 1}}]}]")); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message(),
            files.Path("a/x.json") + ": line 3, [0].a[0].b.$$nwo: $$nwo is no directive");
  EXPECT_NE(error->hint().find("$$now"), std::string::npos);
}

TEST(ParseSeedTime, KnowsUnitsAndRefusesTheRest) {
  const std::chrono::sys_time<std::chrono::milliseconds> now{std::chrono::milliseconds(1000)};
  EXPECT_EQ(ParseSeedTime("now", now)->milliseconds, 1000);
  EXPECT_EQ(ParseSeedTime("now+2w", now)->milliseconds, 1000 + 14LL * 86'400'000);
  EXPECT_EQ(ParseSeedTime("now-3m", now)->milliseconds, 1000 - 180'000);
  EXPECT_TRUE(ParseSeedTime("now+1h", now)->relative);
  EXPECT_FALSE(ParseSeedTime("1970-01-02", now)->relative);
  EXPECT_EQ(ParseSeedTime("1970-01-02", now)->milliseconds, 86'400'000);
  EXPECT_EQ(ParseSeedTime("1970-01-01T00:00:01+00:00", now)->milliseconds, 1000);
  for (const char* text : {"", "now+", "now+d", "now+1", "now+1y", "now 1d", "now+-1d", "tomorrow",
                           "2024-13-01", "2024-05-01T00:00:00", "now+99999999d"}) {
    EXPECT_FALSE(ParseSeedTime(text, now)) << text;
  }
}

}  // namespace
}  // namespace haul::testing
