#include <gtest/gtest.h>

#include "tests/core/transform/changed.h"

namespace haul {
namespace {

std::string Steps(std::string_view kind) {
  return R"([{"convert": {"v": ")" + std::string(kind) + R"("}}])";
}

// VALUE of {"v": VALUE} after the conversion.
std::string To(std::string_view kind, std::string_view value) {
  const std::string text = Changed(Steps(kind), "{\"v\":" + std::string(value) + "}");
  return text.substr(5, text.size() - 6);
}

std::string RefusedTo(std::string_view kind, std::string_view value) {
  return Refused(Steps(kind), "{\"v\":" + std::string(value) + "}");
}

constexpr std::string_view kDate = R"({"$date": "2024-02-29T12:34:56.789Z"})";
constexpr std::string_view kId = R"({"$oid": "65f0c0ffee65f0c0ffee65f0"})";

TEST(Convert, MakesDatesOfTheFormsThatPeopleWrite) {
  const std::string noon = R"({"$date":"2024-02-29T12:00:00Z"})";
  for (const char* const text :
       {"2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000Z", "2024-02-29T12:00:00",
        "2024-02-29 12:00:00", "2024-02-29T13:00:00+01:00", "2024-02-29T12:00"}) {
    EXPECT_EQ(To("date", '"' + std::string(text) + '"'), noon) << text;
  }
  EXPECT_EQ(To("date", R"("2024-02-29")"), R"({"$date":"2024-02-29T00:00:00Z"})");
}

TEST(Convert, MakesDatesOfMillisecondsAndOfWhatHoldsATime) {
  const std::string noon = R"({"$date":"2024-02-29T12:00:00Z"})";
  EXPECT_EQ(To("date", R"({"$numberLong": "1709208000000"})"), noon);
  EXPECT_EQ(To("date", "1709208000000.0"), noon);
  EXPECT_EQ(To("date", R"({"$timestamp": {"t": 1709208000, "i": 5}})"), noon);
  EXPECT_EQ(To("date", kId), R"({"$date":"2024-03-12T20:54:23Z"})");
  EXPECT_EQ(To("date", kDate), R"({"$date":"2024-02-29T12:34:56.789Z"})");
}

TEST(Convert, RefusesDatesThatAreNone) {
  EXPECT_EQ(RefusedTo("date", R"("2020-13-45")"), "convert v: '2020-13-45' is not a date");
  EXPECT_EQ(RefusedTo("date", R"("2023-02-29")"), "convert v: '2023-02-29' is not a date");
  EXPECT_EQ(RefusedTo("date", R"("29.2.2024")"), "convert v: '29.2.2024' is not a date");
  EXPECT_EQ(RefusedTo("date", R"("")"), "convert v: '' is not a date");
  EXPECT_EQ(RefusedTo("date", "1709208000"), "convert v: an int32 1709208000 is not a date");
  EXPECT_EQ(RefusedTo("date", "true"), "convert v: a bool is not a date");
}

TEST(Convert, MakesIntegersWhereNothingIsLost) {
  EXPECT_EQ(To("int", R"("-12")"), "-12");
  EXPECT_EQ(To("int", "12.0"), "12");
  EXPECT_EQ(To("int", R"({"$numberDecimal": "1.2E+1"})"), "12");
  EXPECT_EQ(To("int", "true"), "1");
  EXPECT_EQ(To("long", R"("9223372036854775807")"), "9223372036854775807");
  EXPECT_EQ(To("long", R"({"$numberDecimal": "-9223372036854775808"})"), "-9223372036854775808");
  EXPECT_EQ(To("long", kDate), "1709210096789");
  EXPECT_EQ(RefusedTo("int", R"("2147483648")"), "convert v: '2147483648' is not an int32");
  EXPECT_EQ(RefusedTo("int", "2147483648"), "convert v: an int64 2147483648 is not an int32");
  EXPECT_EQ(RefusedTo("int", "1.5"), "convert v: a double 1.5 is not an int32");
  EXPECT_EQ(RefusedTo("int", R"("1.5")"), "convert v: '1.5' is not an int32");
  EXPECT_EQ(RefusedTo("int", R"("12 ")"), "convert v: '12 ' is not an int32");
  EXPECT_EQ(RefusedTo("int", kDate), "convert v: a date is not an int32");
  EXPECT_EQ(RefusedTo("long", R"({"$numberDecimal": "9223372036854775808"})"),
            "convert v: a decimal 9223372036854775808 is not an int64");
  EXPECT_EQ(RefusedTo("long", R"({"$numberDecimal": "1E+6000"})"),
            "convert v: a decimal 1E+6000 is not an int64");
  EXPECT_EQ(RefusedTo("long", R"({"$numberDecimal": "NaN"})"),
            "convert v: a decimal NaN is not an int64");
}

TEST(Convert, MakesDoublesAndDecimals) {
  EXPECT_EQ(To("double", R"("1.5e3")"), "1500.0");
  EXPECT_EQ(To("double", "12"), "12.0");
  EXPECT_EQ(To("double", R"({"$numberDecimal": "1.10"})"), "1.1");
  EXPECT_EQ(To("double", R"({"$numberDecimal": "-Infinity"})"), R"({"$numberDouble":"-Infinity"})");
  EXPECT_EQ(RefusedTo("double", R"({"$numberLong": "9007199254740993"})"),
            "convert v: an int64 9007199254740993 is not a double");
  EXPECT_EQ(RefusedTo("double", R"("1e400")"), "convert v: '1e400' is not a double");
  EXPECT_EQ(RefusedTo("double", R"("12x")"), "convert v: '12x' is not a double");
  EXPECT_EQ(To("decimal", R"("1.10")"), R"({"$numberDecimal":"1.10"})");
  EXPECT_EQ(To("decimal", "0.1"), R"({"$numberDecimal":"0.1"})");
  EXPECT_EQ(To("decimal", R"({"$numberLong": "-9223372036854775808"})"),
            R"({"$numberDecimal":"-9223372036854775808"})");
  EXPECT_EQ(RefusedTo("decimal", R"("1E+7000")"), "convert v: '1E+7000' is not a decimal");
  EXPECT_EQ(RefusedTo("decimal", R"("price")"), "convert v: 'price' is not a decimal");
}

TEST(Convert, MakesStringsBoolsAndObjectIds) {
  EXPECT_EQ(To("string", "12"), R"("12")");
  EXPECT_EQ(To("string", "1.5"), R"("1.5")");
  EXPECT_EQ(To("string", "true"), R"("true")");
  EXPECT_EQ(To("string", kId), R"("65f0c0ffee65f0c0ffee65f0")");
  EXPECT_EQ(To("string", kDate), R"("2024-02-29T12:34:56.789Z")");
  EXPECT_EQ(To("string", R"({"$numberDecimal": "1.10"})"), R"("1.10")");
  EXPECT_EQ(RefusedTo("string", R"({"a": 1})"), "convert v: a document is not a string");
  EXPECT_EQ(RefusedTo("string", R"({"$date": {"$numberLong": "9223372036854775807"}})"),
            "convert v: a date is not a string");
  EXPECT_EQ(To("bool", R"("false")"), "false");
  EXPECT_EQ(To("bool", "1"), "true");
  EXPECT_EQ(To("bool", "0.0"), "false");
  EXPECT_EQ(RefusedTo("bool", "2"), "convert v: an int32 2 is not a bool");
  EXPECT_EQ(RefusedTo("bool", R"("yes")"), "convert v: 'yes' is not a bool");
  EXPECT_EQ(To("objectId", R"("65f0c0ffee65f0c0ffee65f0")"),
            R"({"$oid":"65f0c0ffee65f0c0ffee65f0"})");
  EXPECT_EQ(RefusedTo("objectId", R"("65f0c0ffee65f0c0ffee65f")"),
            "convert v: '65f0c0ffee65f0c0ffee65f' is not an ObjectId");
}

TEST(Convert, LeavesNullAndGoesThroughArrays) {
  EXPECT_EQ(To("int", "null"), "null");
  EXPECT_EQ(To("int", R"(["1", [2.0], null])"), "[1,[2],null]");
  EXPECT_EQ(RefusedTo("int", R"(["1", "x"])"), "convert v: 'x' is not an int32");
}

TEST(Convert, ShowsAWrongTextEscapedAndCut) {
  EXPECT_EQ(RefusedTo("int", '"' + std::string("\\u001b[31m") + std::string(100, 'x') + '"'),
            "convert v: '\\x1b[31m" + std::string(35, 'x') + "' is not an int32");
}

}  // namespace
}  // namespace haul
