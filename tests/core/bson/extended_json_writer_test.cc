#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

std::string Json(const std::string& bytes) { return ToCanonicalJson(AsBytes(bytes)); }

// What stands for one value, without {"x": and }.
std::string ValueJson(BsonType type, std::string_view value) {
  const std::string json = Json(BsonBuilder().Add(type, "x", value).bytes());
  return json.substr(5, json.size() - 6);
}

std::string DoubleJson(double value) {
  const std::string json = ValueJson(BsonType::kDouble, RawDouble(value));
  const std::string before = R"({"$numberDouble":")";
  return json.substr(before.size(), json.size() - before.size() - 2);
}

TEST(ToCanonicalJson, WritesDoublesAsMongodumpDoes) {
  using Limits = std::numeric_limits<double>;
  EXPECT_EQ(DoubleJson(0.0), "0.0");
  EXPECT_EQ(DoubleJson(-0.0), "-0.0");
  EXPECT_EQ(DoubleJson(1), "1.0");
  EXPECT_EQ(DoubleJson(-1.5), "-1.5");
  EXPECT_EQ(DoubleJson(100000), "100000.0");
  EXPECT_EQ(DoubleJson(123456.75), "123456.75");
  EXPECT_EQ(DoubleJson(1000000), "1E+06");
  EXPECT_EQ(DoubleJson(1234567), "1.234567E+06");
  EXPECT_EQ(DoubleJson(1234567.5), "1.2345675E+06");
  EXPECT_EQ(DoubleJson(1e21), "1E+21");
  EXPECT_EQ(DoubleJson(1e100), "1E+100");
  EXPECT_EQ(DoubleJson(0.1), "0.1");
  EXPECT_EQ(DoubleJson(0.0001), "0.0001");
  EXPECT_EQ(DoubleJson(0.00012345), "0.00012345");
  EXPECT_EQ(DoubleJson(0.00001), "1E-05");
  EXPECT_EQ(DoubleJson(5e-324), "5E-324");
  EXPECT_EQ(DoubleJson(Limits::max()), "1.7976931348623157E+308");
  EXPECT_EQ(DoubleJson(Limits::infinity()), "Infinity");
  EXPECT_EQ(DoubleJson(-Limits::infinity()), "-Infinity");
  EXPECT_EQ(DoubleJson(Limits::quiet_NaN()), "NaN");
}

TEST(ToCanonicalJson, WritesEveryTypeInItsCanonicalForm) {
  EXPECT_EQ(ValueJson(BsonType::kInt32, RawInt32(-5)), R"({"$numberInt":"-5"})");
  EXPECT_EQ(ValueJson(BsonType::kInt64, RawInt64(5)), R"({"$numberLong":"5"})");
  EXPECT_EQ(ValueJson(BsonType::kDate, RawInt64(-1)), R"({"$date":{"$numberLong":"-1"}})");
  EXPECT_EQ(ValueJson(BsonType::kBool, "\1"), "true");
  EXPECT_EQ(ValueJson(BsonType::kNull, ""), "null");
  EXPECT_EQ(ValueJson(BsonType::kUndefined, ""), R"({"$undefined":true})");
  EXPECT_EQ(ValueJson(BsonType::kMinKey, ""), R"({"$minKey":1})");
  EXPECT_EQ(ValueJson(BsonType::kMaxKey, ""), R"({"$maxKey":1})");
  EXPECT_EQ(ValueJson(BsonType::kObjectId, "abcdefghijkl"),
            R"({"$oid":"6162636465666768696a6b6c"})");
  EXPECT_EQ(ValueJson(BsonType::kTimestamp, RawInt32(-1) + RawInt32(7)),
            R"({"$timestamp":{"t":7,"i":4294967295}})");
  EXPECT_EQ(ValueJson(BsonType::kBinary, RawInt32(4) + '\x80' + "abcd"),
            R"({"$binary":{"base64":"YWJjZA==","subType":"80"}})");
  EXPECT_EQ(ValueJson(BsonType::kBinary, RawInt32(6) + '\2' + RawInt32(2) + "ab"),
            R"({"$binary":{"base64":"YWI=","subType":"02"}})");
  EXPECT_EQ(ValueJson(BsonType::kRegex, std::string("a\"b\0xi\0", 7)),
            R"({"$regularExpression":{"pattern":"a\"b","options":"xi"}})");
  EXPECT_EQ(ValueJson(BsonType::kDbPointer, RawString("d.c") + "abcdefghijkl"),
            R"({"$dbPointer":{"$ref":"d.c","$id":{"$oid":"6162636465666768696a6b6c"}}})");
  EXPECT_EQ(ValueJson(BsonType::kCode, RawString("f;")), R"({"$code":"f;"})");
  EXPECT_EQ(ValueJson(BsonType::kSymbol, RawString("s")), R"({"$symbol":"s"})");
  const std::string parts = RawString("f;") + BsonBuilder().AddInt32("n", 1).bytes();
  EXPECT_EQ(ValueJson(BsonType::kCodeWithScope,
                      RawInt32(static_cast<std::int32_t>(parts.size() + 4)) + parts),
            R"({"$code":"f;","$scope":{"n":{"$numberInt":"1"}}})");
}

TEST(ToCanonicalJson, KeepsTheOrderOfFieldsAndNoSpaces) {
  const std::string array = BsonBuilder().AddString("0", "x").AddString("1", "y").bytes();
  const std::string bytes = BsonBuilder()
                                .AddString("b", "")
                                .Add(BsonType::kArray, "a", array)
                                .Add(BsonType::kDocument, "", BsonBuilder().bytes())
                                .AddString("b", "again")
                                .bytes();
  EXPECT_EQ(Json(bytes), R"({"b":"","a":["x","y"],"":{},"b":"again"})");
  EXPECT_EQ(Json(BsonBuilder().bytes()), "{}");
}

TEST(ToCanonicalJson, EscapesAsMongodumpDoes) {
  EXPECT_EQ(Json(BsonBuilder().AddString("\"", "\\ \n\r\t\b\f\x01 </>& \xE2\x80\xA8 \x7F").bytes()),
            "{\"\\\"\":\"\\\\ \\n\\r\\t\\b\\f\\u0001 </>& \\u2028 \x7F\"}");
  EXPECT_EQ(Json(BsonBuilder().AddString("z", std::string("a\0b", 3)).bytes()),
            R"({"z":"a\u0000b"})");
}

TEST(ToCanonicalJson, RefusesTextThatIsNotUtf8) {
  ExpectError([] { Json(BsonBuilder().AddString("a", "\xFF").bytes()); }, ExitCode::kCorrupt,
              "a document holds a string that is not UTF-8");
  ExpectError([] { Json(BsonBuilder().AddInt32("\xFF", 1).bytes()); }, ExitCode::kCorrupt,
              "a document holds a string that is not UTF-8");
}

TEST(ToCanonicalJson, RefusesAThousandAndOneLevels) {
  EXPECT_NO_THROW(static_cast<void>(ToCanonicalJson(RandomDocuments::Nested(1000).bytes())));
  ExpectError([] { static_cast<void>(ToCanonicalJson(RandomDocuments::Nested(1001).bytes())); },
              ExitCode::kLimit, "a document is nested deeper than 1000 levels");
}

}  // namespace
}  // namespace haul
