// Relaxed Extended JSON, and what is asked of JsonWriter beyond ToCanonicalJson().
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

constexpr JsonStyle kRelaxed = {.relaxed = true, .sort_regex_options = true};

std::string Json(const std::string& bytes, JsonStyle style = kRelaxed) {
  ByteBuffer out;
  JsonWriter(style).Append(AsBytes(bytes), out);
  return std::string(AsText(out.view()));
}

std::string ValueJson(BsonType type, std::string_view value, JsonStyle style = kRelaxed) {
  const std::string json = Json(BsonBuilder().Add(type, "x", value).bytes(), style);
  return json.substr(5, json.size() - 6);
}

TEST(RelaxedJson, WritesNumbersBare) {
  EXPECT_EQ(ValueJson(BsonType::kInt32, RawInt32(-5)), "-5");
  EXPECT_EQ(ValueJson(BsonType::kInt64, RawInt64(std::numeric_limits<std::int64_t>::min())),
            "-9223372036854775808");
  EXPECT_EQ(ValueJson(BsonType::kDouble, RawDouble(1)), "1.0");
  EXPECT_EQ(ValueJson(BsonType::kDouble, RawDouble(-0.0)), "-0.0");
  EXPECT_EQ(ValueJson(BsonType::kDouble, RawDouble(1e21)), "1E+21");
}

TEST(RelaxedJson, WrapsDoublesThatJsonDoesNotKnow) {
  EXPECT_EQ(ValueJson(BsonType::kDouble, RawDouble(NAN)), R"({"$numberDouble":"NaN"})");
  EXPECT_EQ(ValueJson(BsonType::kDouble, RawDouble(-INFINITY)), R"({"$numberDouble":"-Infinity"})");
}

TEST(RelaxedJson, WritesDatesFrom1970To9999AsText) {
  const auto date = [](std::int64_t at) { return ValueJson(BsonType::kDate, RawInt64(at)); };
  EXPECT_EQ(date(0), R"({"$date":"1970-01-01T00:00:00Z"})");
  EXPECT_EQ(date(501), R"({"$date":"1970-01-01T00:00:00.501Z"})");
  EXPECT_EQ(date(253'402'300'799'999), R"({"$date":"9999-12-31T23:59:59.999Z"})");
  EXPECT_EQ(date(253'402'300'800'000), R"({"$date":{"$numberLong":"253402300800000"}})");
  EXPECT_EQ(date(-1), R"({"$date":{"$numberLong":"-1"}})");
  EXPECT_EQ(date(std::numeric_limits<std::int64_t>::min()),
            R"({"$date":{"$numberLong":"-9223372036854775808"}})");
}

TEST(RelaxedJson, KeepsTheWrappersOfAllOtherTypes) {
  EXPECT_EQ(ValueJson(BsonType::kObjectId, "abcdefghijkl"),
            R"({"$oid":"6162636465666768696a6b6c"})");
  EXPECT_EQ(ValueJson(BsonType::kBinary, RawInt32(2) + '\4' + "ab"),
            R"({"$binary":{"base64":"YWI=","subType":"04"}})");
  EXPECT_EQ(ValueJson(BsonType::kTimestamp, RawInt32(1) + RawInt32(7)),
            R"({"$timestamp":{"t":7,"i":1}})");
  EXPECT_EQ(ValueJson(BsonType::kUndefined, ""), R"({"$undefined":true})");
  EXPECT_EQ(ValueJson(BsonType::kDecimal128, std::string(16, '\0')),
            R"({"$numberDecimal":"0E-6176"})");
}

TEST(JsonWriter, SortsTheOptionsOfARegularExpressionOnlyWhereAsked) {
  const std::string value("a\0xmi\0", 6);
  EXPECT_EQ(ValueJson(BsonType::kRegex, value),
            R"({"$regularExpression":{"pattern":"a","options":"imx"}})");
  EXPECT_EQ(ValueJson(BsonType::kRegex, value, {}),
            R"({"$regularExpression":{"pattern":"a","options":"xmi"}})");
  const std::string odd("a\0z\xE2\x80\xA8\0", 7);
  EXPECT_EQ(ValueJson(BsonType::kRegex, odd),
            R"({"$regularExpression":{"pattern":"a","options":"z\u2028"}})");
}

TEST(JsonWriter, AppendsOneDocumentAfterAnother) {
  JsonWriter writer(kRelaxed);
  ByteBuffer out;
  const std::string document = BsonBuilder().AddInt32("a", 1).bytes();
  writer.Append(AsBytes(document), out);
  writer.Append(AsBytes(document), out);
  EXPECT_EQ(AsText(out.view()), R"({"a":1}{"a":1})");
}

TEST(JsonWriter, LeavesTheBufferAsItWasWhereADocumentCannotBeWritten) {
  JsonWriter writer;
  ByteBuffer out;
  out.Append(AsBytes("before"));
  const std::string bad = BsonBuilder().AddInt32("a", 1).AddString("b", "\xFF").bytes();
  EXPECT_TRUE(Caught([&] { writer.Append(AsBytes(bad), out); }));
  EXPECT_EQ(AsText(out.view()), "before");
  writer.Append(AsBytes(BsonBuilder().bytes()), out);
  EXPECT_EQ(AsText(out.view()), "before{}");
}

TEST(JsonWriter, TellsOfAnObjectThatPosesAsAWrapper) {
  JsonWriter writer;
  ByteBuffer out;
  const auto reads_back_differently = [&](const BsonBuilder& document) {
    writer.Append(AsBytes(document.bytes()), out);
    return writer.reads_back_differently();
  };
  const std::string posing = BsonBuilder().AddString("$oid", "x").bytes();
  EXPECT_TRUE(reads_back_differently(BsonBuilder().Add(BsonType::kDocument, "a", posing)));
  EXPECT_TRUE(reads_back_differently(BsonBuilder().AddString("$oid", "x")));
  EXPECT_FALSE(reads_back_differently(BsonBuilder().AddString("$set", "x")));
  EXPECT_FALSE(reads_back_differently(BsonBuilder().AddInt32("a", 1).AddString("$oid", "x")));
}

TEST(JsonWriter, WritesOneValueAsItStandsInItsDocument) {
  const Document document = ParseExtendedJson(
      R"({"a":[1,{"b":"x"}],"c":{"$code":"f","$scope":{"d":1}},"e":5})", "the test");
  std::vector<std::string> values;
  ElementWalk walk(document.bytes());
  JsonWriter writer(kRelaxed);
  while (const auto element = walk.Next()) {
    ByteBuffer out;
    writer.AppendValue(*element, out);
    values.emplace_back(AsText(out.view()));
  }
  EXPECT_EQ(values, (std::vector<std::string>{R"([1,{"b":"x"}])",
                                              R"({"$code":"f","$scope":{"d":1}})", "5"}));
}

}  // namespace
}  // namespace haul
