#include "core/bson/json_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>

#include "core/base/text.h"

namespace haul {
namespace {

std::optional<std::string> Quoted(std::string_view text) {
  ByteBuffer out;
  if (!JsonText(out).String(text)) return std::nullopt;
  return std::string(AsText(out.view()));
}

std::string IsoDate(std::int64_t milliseconds) {
  ByteBuffer out;
  JsonText(out).IsoDate(milliseconds);
  return std::string(AsText(out.view()));
}

std::string Indented(std::string_view json) {
  ByteBuffer out;
  AppendIndented(json, out);
  return std::string(AsText(out.view()));
}

// Words of eight bytes are looked at together: each place in a word, and beside its borders.
TEST(JsonText, EscapesWhereverTheByteStands) {
  for (std::size_t size = 1; size < 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 0x80; ++byte) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        ASSERT_EQ(Quoted(text), '"' + EscapeJson(text) + '"') << size << ' ' << at << ' ' << byte;
      }
    }
  }
}

TEST(JsonText, CopiesEverySequenceOfUtf8WhereverItStands) {
  for (const std::string_view sequence : {"\xC2\x80", "\xE7\x95\x8C", "\xEF\xBF\xBF",
                                          "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF", "\xE2\x80\xA8"}) {
    for (std::size_t before = 0; before < 17; ++before) {
      const std::string text =
          std::string(before, 'x') + std::string(sequence) + std::string(9, 'y');
      EXPECT_EQ(Quoted(text), '"' + EscapeJson(text) + '"');
    }
  }
}

TEST(JsonText, RefusesWhatIsNotUtf8) {
  for (const std::string_view wrong : {"\x80", "\xC0\x80", "\xC3", "\xE2\x80", "\xED\xA0\x80",
                                       "\xF5\x80\x80\x80", "\xF0\x80\x80\x80", "\xFF"}) {
    for (std::size_t before = 0; before < 17; ++before) {
      EXPECT_EQ(Quoted(std::string(before, 'x') + std::string(wrong)), std::nullopt);
      EXPECT_EQ(Quoted(std::string(before, 'x') + std::string(wrong) + "yyyyyyyyy"), std::nullopt);
    }
  }
}

TEST(JsonText, AgreesWithTheSlowWayOnRandomBytes) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random() % 4 == 0 ? random() : 'a' + random() % 26);
    const std::optional<std::string> quoted = Quoted(text);
    ASSERT_EQ(quoted.has_value(), IsUtf8(text));
    ASSERT_EQ(quoted.value_or(""), IsUtf8(text) ? '"' + EscapeJson(text) + '"' : "");
  }
}

TEST(JsonText, WritesDatesWithMillisecondsOnlyWhereThereAreSome) {
  EXPECT_EQ(IsoDate(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(IsoDate(1), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(IsoDate(1'356'351'330'501), "2012-12-24T12:15:30.501Z");
  EXPECT_EQ(IsoDate(1'709'210'096'000), "2024-02-29T12:34:56Z");
  EXPECT_EQ(IsoDate(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
}

TEST(JsonText, WritesTheOutermostIntegers) {
  ByteBuffer out;
  JsonText json(out);
  json.Integer(std::numeric_limits<std::int64_t>::min());
  json.Raw(',');
  json.Integer(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(AsText(out.view()), "-9223372036854775808,9223372036854775807");
}

TEST(AppendIndented, LaysOutAMemberALineWithTabs) {
  EXPECT_EQ(Indented(R"({"a":{"b":[1,{}]},"c":[]})"),
            "{\n\t\"a\": {\n\t\t\"b\": [\n\t\t\t1,\n\t\t\t{}\n\t\t]\n\t},\n\t\"c\": []\n}");
  EXPECT_EQ(Indented("{}"), "{}");
}

TEST(AppendIndented, TakesAnyStepAndBeginsAtAnyLevel) {
  ByteBuffer out;
  AppendIndented(R"({"a":[1]})", out, {.step = "  ", .level = 1});
  EXPECT_EQ(AsText(out.view()), "{\n    \"a\": [\n      1\n    ]\n  }");
}

TEST(JsonText, WritesMillisecondsAlwaysWhereTheyAreAskedFor) {
  const auto date = [](std::int64_t at) {
    ByteBuffer out;
    JsonText(out).IsoDateWithMilliseconds(at);
    return std::string(AsText(out.view()));
  };
  EXPECT_EQ(date(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(date(-999), "1969-12-31T23:59:59.001Z");
}

TEST(AppendIndented, LeavesTextInQuotesAsItIs) {
  EXPECT_EQ(Indented(R"({"{\",:":"[\\"})"), "{\n\t\"{\\\",:\": \"[\\\\\"\n}");
}

}  // namespace
}  // namespace haul
