#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

std::string Bson(std::string_view json) {
  return std::string(AsText(ParseExtendedJson(json, "--query").bytes()));
}

std::string X(BsonType type, std::string_view value) {
  return BsonBuilder().Add(type, "x", value).bytes();
}

// The cause alone: what stands between "… as Extended JSON: " and the place.
std::string Cause(std::string_view json) {
  const auto error = Caught([&] { Bson(json); });
  if (!error) return "no error";
  EXPECT_EQ(error->code(), ExitCode::kUsage);
  const std::string before = "parse --query as Extended JSON: ";
  EXPECT_EQ(error->message().substr(0, before.size()), before);
  return error->message().substr(before.size());
}

TEST(ParseExtendedJson, GivesPlainNumbersTheSmallestType) {
  EXPECT_EQ(Bson(R"({"x":1})"), X(BsonType::kInt32, RawInt32(1)));
  EXPECT_EQ(Bson(R"({"x":-2147483648})"), X(BsonType::kInt32, RawInt32(-2147483647 - 1)));
  EXPECT_EQ(Bson(R"({"x":2147483648})"), X(BsonType::kInt64, RawInt64(2147483648)));
  EXPECT_EQ(Bson(R"({"x":9223372036854775807})"),
            X(BsonType::kInt64, RawInt64(std::numeric_limits<std::int64_t>::max())));
  EXPECT_EQ(Bson(R"({"x":9223372036854775808})"), X(BsonType::kDouble, RawDouble(0x1p63)));
  EXPECT_EQ(Bson(R"({"x":1.0})"), X(BsonType::kDouble, RawDouble(1)));
  EXPECT_EQ(Bson(R"({"x":-0.0})"), X(BsonType::kDouble, RawDouble(-0.0)));
  EXPECT_EQ(Bson(R"({"x":1e2})"), X(BsonType::kDouble, RawDouble(100)));
  EXPECT_EQ(Bson(R"({"x":1e-400})"), X(BsonType::kDouble, RawDouble(0)));
}

TEST(ParseExtendedJson, TakesRelaxedAndOldForms) {
  EXPECT_EQ(Bson(R"({"x":{"$date":"1970-01-01T00:00:01.5Z"}})"),
            X(BsonType::kDate, RawInt64(1500)));
  EXPECT_EQ(Bson(R"({"x":{"$date":"1969-12-31T23:00:00-0130"}})"),
            X(BsonType::kDate, RawInt64(30 * 60 * 1000)));
  EXPECT_EQ(Bson(R"({"x":{"$date":"2024-02-29T12:00:00+00:00"}})"),
            X(BsonType::kDate, RawInt64(1709208000000)));
  EXPECT_EQ(Bson(R"({"x":{"$date":"1970-01-01T01:00+01"}})"), X(BsonType::kDate, RawInt64(0)));
  EXPECT_EQ(Bson(R"({"x":{"$date":1500}})"), X(BsonType::kDate, RawInt64(1500)));
  EXPECT_EQ(Bson(R"({"x":{"$uuid":"61626364-6566-6768-696a-6b6c6d6e6f70"}})"),
            X(BsonType::kBinary, RawInt32(16) + '\4' + "abcdefghijklmnop"));
  EXPECT_EQ(Bson(R"({"x":{"$binary":"YWI=","$type":"00"}})"),
            X(BsonType::kBinary, RawInt32(2) + '\0' + "ab"));
  EXPECT_EQ(Bson(R"({"x":{"$timestamp":{"i":2,"t":4294967295}}})"),
            X(BsonType::kTimestamp, RawInt32(2) + RawInt32(-1)));
}

TEST(ParseExtendedJson, LeavesQueryOperatorsAndReferencesAsDocuments) {
  const std::string regex =
      BsonBuilder().AddString("$regex", "^a").AddString("$options", "i").bytes();
  EXPECT_EQ(Bson(R"({"x":{"$regex":"^a","$options":"i"}})"), X(BsonType::kDocument, regex));
  const std::string type = BsonBuilder().AddInt32("$type", 2).bytes();
  EXPECT_EQ(Bson(R"({"x":{"$type":2}})"), X(BsonType::kDocument, type));
  EXPECT_EQ(Bson(R"({"$date":1})"), BsonBuilder().AddInt32("$date", 1).bytes());
}

TEST(ParseExtendedJson, KeepsOrderRepeatedAndEmptyNames) {
  EXPECT_EQ(Bson(" { \"b\" : 1 ,\n\t\"\":2,\"b\":3 } \r\n"),
            BsonBuilder().AddInt32("b", 1).AddInt32("", 2).AddInt32("b", 3).bytes());
}

TEST(ParseExtendedJson, ReadsEscapes) {
  EXPECT_EQ(Bson(R"({"x":"\"\\\/\b\f\n\r\t\u00fc\ud83d\ude00\u0000"})"),
            X(BsonType::kString,
              RawString(std::string("\"\\/\b\f\n\r\t\xC3\xBC\xF0\x9F\x98\x80\0", 15))));
}

TEST(ParseExtendedJson, NamesTheTextTheCauseAndThePlace) {
  const auto error = Caught([] { Bson(R"({"a": })"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message(), "parse --query as Extended JSON: a value is expected (at byte 6)");
  EXPECT_FALSE(error->hint().empty());
}

TEST(ParseExtendedJson, RefusesWhatIsNotJson) {
  EXPECT_EQ(Cause(""), "there is no document (at byte 0)");
  EXPECT_EQ(Cause("  "), "there is no document (at byte 2)");
  EXPECT_EQ(Cause("[1]"), "a document begins with '{' (at byte 0)");
  EXPECT_EQ(Cause("{} x"), "something follows the document (at byte 3)");
  EXPECT_EQ(Cause("{}{}"), "something follows the document (at byte 2)");
  EXPECT_EQ(Cause("{a:1}"), "a field name in double quotes is expected (at byte 1)");
  EXPECT_EQ(Cause("{'a':1}"), "a field name in double quotes is expected (at byte 1)");
  EXPECT_EQ(Cause(R"({"a" 1})"), "':' is expected after a field name (at byte 5)");
  EXPECT_EQ(Cause(R"({"a":1,})"), "a field name in double quotes is expected (at byte 7)");
  EXPECT_EQ(Cause(R"({"a":[1,]})"), "a value is expected (at byte 8)");
  EXPECT_EQ(Cause(R"({"a":[1 2]})"), "',' or ']' is expected (at byte 8)");
  EXPECT_EQ(Cause(R"({"a":01})"), "',' or '}' is expected (at byte 6)");
  EXPECT_EQ(Cause(R"({"a":truth})"), "a value is expected (at byte 5)");
  EXPECT_EQ(Cause(R"({"a":NaN})"), "a value is expected (at byte 5)");
  EXPECT_EQ(Cause(R"({"a":ObjectId("x")})"), "a value is expected (at byte 5)");
  EXPECT_EQ(Cause(R"({"a":1.})"), "a value is expected (at byte 7)");
  EXPECT_EQ(Cause(R"({"a":1e400})"), "a number is out of range (at byte 10)");
  EXPECT_EQ(Cause("{\"a\":\"x\ny\"}"), "a string holds a raw control character (at byte 6)");
  EXPECT_EQ(Cause("{\"a\":\"\xFF\"}"), "a string is not UTF-8 (at byte 6)");
  EXPECT_EQ(Cause(R"({"a":"\x"})"), "a string holds an unknown escape (at byte 8)");
  EXPECT_EQ(Cause(R"({"a":"\u12"})"), "four hex digits are expected (at byte 8)");
  EXPECT_EQ(Cause(R"({"a":"\ud83d"})"), "a string holds half of a surrogate pair (at byte 12)");
  EXPECT_EQ(Cause(R"({"a\u0000":1})"), "a field name holds a NUL (at byte 10)");
}

TEST(ParseExtendedJson, RefusesEveryTruncation) {
  const std::string json =
      R"({"a":[1,-2.5e3,true,null,{"$date":"2024-01-01T00:00:00Z"}],"b":"\u00fc"})";
  EXPECT_NO_THROW(Bson(json));
  for (std::size_t size = 0; size < json.size(); ++size) {
    EXPECT_TRUE(Caught([&] { Bson(std::string_view(json).substr(0, size)); })) << size;
  }
}

TEST(ParseExtendedJson, RefusesWrappersThatCannotHoldTheirValue) {
  for (const char* value : {R"({"$numberInt":"2147483648"})",
                            R"({"$numberInt":5})",
                            R"({"$numberInt":"1x"})",
                            R"({"$numberInt":""})",
                            R"({"$numberInt":"5","y":1})",
                            R"({"$numberLong":"9223372036854775808"})",
                            R"({"$numberDouble":"1e400"})",
                            R"({"$numberDouble":"0x1"})",
                            R"({"$numberDouble":"inf"})",
                            R"({"$oid":"6162"})",
                            R"({"$oid":"zz62636465666768696a6b6c"})",
                            R"({"$date":"yesterday"})",
                            R"({"$date":"2023-02-29T00:00:00Z"})",
                            R"({"$date":"2023-02-28T00:00:00"})",
                            R"({"$date":"2023-02-28T25:00:00Z"})",
                            R"({"$date":"2023-02-28T00:00:00Zx"})",
                            R"({"$binary":{"base64":"YWI","subType":"00"}})",
                            R"({"$binary":{"base64":"YW=I","subType":"00"}})",
                            R"({"$binary":{"base64":"YWI=","subType":"100"}})",
                            R"({"$binary":{"base64":"YWI="}})",
                            R"({"$binary":{"base64":"YWI=","base64":"YWI="}})",
                            R"({"$uuid":"61626364656667686970"})",
                            R"({"$timestamp":{"t":-1,"i":0}})",
                            R"({"$timestamp":{"t":4294967296,"i":0}})",
                            R"({"$timestamp":{"t":1.5,"i":0}})",
                            R"({"$timestamp":5})",
                            R"({"$regularExpression":{"pattern":"a"}})",
                            R"({"$regularExpression":{"pattern":"\u0000","options":""}})",
                            R"({"$dbPointer":{"$ref":"a.b","$id":5}})",
                            R"({"$code":5})",
                            R"({"$code":"f","$scope":5})",
                            R"({"$code":"f","$scop":{}})",
                            R"({"$minKey":2})",
                            R"({"$maxKey":true})",
                            R"({"$undefined":false})",
                            R"({"$symbol":1})"}) {
    EXPECT_TRUE(Caught([&] { Bson(std::string("{\"x\":") + value + '}'); })) << value;
  }
  EXPECT_EQ(Cause(R"({"x":{"$oid":"6162"}})"), "$oid takes a string of 24 hex digits (at byte 20)");
}

TEST(ParseExtendedJson, RefusesADecimalThatWouldBecomeNaNOrLoseDigits) {
  for (const char* number :
       {"1E9999", "1E-9999", "12345678901234567890123456789012345", "1x", ""}) {
    EXPECT_TRUE(Caught([&] {
      Bson(std::string(R"({"x":{"$numberDecimal":")") + number + R"("}})");
    })) << number;
  }
  EXPECT_NO_THROW(Bson(R"({"x":{"$numberDecimal":"NaN"}})"));
  EXPECT_NO_THROW(Bson(R"({"x":{"$numberDecimal":"1E+6144"}})"));
}

TEST(ParseExtendedJson, RefusesNestingBeyondItsLimit) {
  std::string json;
  for (int i = 0; i < 100'000; ++i) json += R"({"a":)";
  EXPECT_EQ(Cause(json), "more than 1000 levels of nesting (at byte 5000)");
  json = R"({"a":)" + std::string(100'000, '[');
  EXPECT_EQ(Cause(json), "more than 1000 levels of nesting (at byte 1004)");
}

}  // namespace
}  // namespace haul
