#include "seed/seed_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

struct Read {
  std::vector<std::string> documents;
  std::vector<std::string> paths;
  std::vector<std::uint32_t> lines;
  std::string settings;
};

std::string Json(const SeedValue& value) {
  if (!value.IsObject()) return value.IsArray() ? "array" : "scalar";
  ByteBuffer bytes;
  AppendPlainBson(value, bytes);
  return ToCanonicalJson(bytes.view());
}

Read ReadText(const std::string& text) {
  Read read;
  SeedText(text).Read({.settings = [&](SeedValue&& value) { read.settings = Json(value); },
                       .document =
                           [&](SeedValue&& value, const std::string& path) {
                             read.documents.push_back(Json(value));
                             read.paths.push_back(path);
                             read.lines.push_back(value.line);
                           }});
  return read;
}

void ExpectFault(const std::string& text, const std::string& message) {
  ExpectError([&] { static_cast<void>(ReadText(text)); }, ExitCode::kUsage, message);
}

TEST(SeedText, ReadsAnArrayOfDocumentsWithTheirLines) {
  const Read read = ReadText("[\n{\"a\": 1},\n\n{\"b\": \"x\"}\n]");
  EXPECT_EQ(read.documents,
            (std::vector<std::string>{R"({"a":{"$numberInt":"1"}})", R"({"b":"x"})"}));
  EXPECT_EQ(read.paths, (std::vector<std::string>{"[0]", "[1]"}));
  EXPECT_EQ(read.lines, (std::vector<std::uint32_t>{2, 4}));
}

TEST(SeedText, ReadsLinesAndSingleDocuments) {
  EXPECT_EQ(ReadText("{\"a\":true}\n{\"a\":null}\n").documents.size(), 2U);
  EXPECT_EQ(ReadText("{}").documents, (std::vector<std::string>{"{}"}));
  EXPECT_TRUE(ReadText(" // nothing\n").documents.empty());
}

TEST(SeedText, HandsOutSettingsBeforeDocumentsWhereverTheyStand) {
  for (const char* text : {R"({"$$seed": {"key": "a"}, "documents": [{"a": "1"}]})",
                           R"({"documents": [{"a": "1"}], "$$seed": {"key": "a"}})"}) {
    const Read read = ReadText(text);
    EXPECT_EQ(read.settings, R"({"key":"a"})");
    EXPECT_EQ(read.documents, (std::vector<std::string>{R"({"a":"1"})"}));
    EXPECT_EQ(read.paths, (std::vector<std::string>{"documents[0]"}));
  }
}

TEST(SeedText, SkipsCommentsCommasAtTheEndAndAByteOrderMark) {
  const Read read = ReadText("\xEF\xBB\xBF// one\r\n[{\"a\": \"//\",}, // two\r\n] // three");
  EXPECT_EQ(read.documents, (std::vector<std::string>{R"({"a":"//"})"}));
  EXPECT_EQ(read.lines.front(), 2U);
}

TEST(SeedText, UnwrapsExtendedJsonAndLeavesDirectivesAlone) {
  const Read read = ReadText(R"([{"d": {"$date": {"$numberLong": "5"}}, "n": {"$$now": 1}}])");
  EXPECT_EQ(read.documents.front(),
            R"({"d":{"$date":{"$numberLong":"5"}},"n":{"$$now":{"$numberInt":"1"}}})");
}

TEST(SeedText, SaysInWhichLineATextIsAtFault) {
  ExpectFault("[\n{\"a\": 1", "the text ends in the middle of the document (at line 2)");
  ExpectFault("[\n{\"a\": 1,\n\"a\": 2}]",
              "the field 'a' stands twice in the object that begins at line 2 (at line 3)");
  ExpectFault("[{]", "a field name in double quotes is expected (at line 1)");
  ExpectFault("[,]", "a value is expected (at line 1)");
  ExpectFault("{\"a\": 1} 5", "a document begins with '{' (at line 1)");
  ExpectFault("\n{\"a\": {\"$oid\": 5}}", "$oid takes a string of 24 hex digits (at line 2)");
  ExpectFault("{\"a\": /* no */ 1}", "a value is expected (at line 1)");
}

TEST(SeedText, RefusesANestingBombWithoutFollowingIt) {
  ExpectFault(std::string(100'000, '['), "more than 200 levels of nesting (at line 1)");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  ExpectFault(objects, "more than 200 levels of nesting (at line 1)");
}

TEST(SeedText, RefusesEveryTextThatIsCut) {
  const std::string text =
      R"([{"a": [1, "x\n", {"b": 2.5e3}], "c": {"$oid": "0123456789abcdef01234567"}}])";
  for (std::size_t size = 1; size < text.size(); ++size) {
    EXPECT_TRUE(Caught([&] { static_cast<void>(ReadText(text.substr(0, size))); })) << size;
  }
}

TEST(SeedText, RefusesGarbageWithoutHarm) {
  std::uint32_t state = 1;
  const std::string alphabet = "{}[]\":,1e-.\\u0d8// \ntfn$oid\x01\xFF";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (int j = 0; j < 24; ++j) {
      state = state * 1664525 + 1013904223;
      text += alphabet[(state >> 16) % alphabet.size()];
    }
    const auto error = Caught([&] { static_cast<void>(ReadText(text)); });
    EXPECT_TRUE(!error || error->code() == ExitCode::kUsage) << text;
  }
}

}  // namespace
}  // namespace haul
