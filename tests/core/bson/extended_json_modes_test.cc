// The cases of the Extended JSON specification in our own words: how each type is written in the
// canonical and in the relaxed mode.
// https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "core/bson/extended_json.h"

namespace haul {
namespace {

struct Case {
  const char* canonical;
  const char* relaxed;
};

// Where relaxed is null both modes write the same.
constexpr std::array kCases = {
    Case{R"({"$numberInt":"0"})", "0"},
    Case{R"({"$numberInt":"-2147483648"})", "-2147483648"},
    Case{R"({"$numberInt":"2147483647"})", "2147483647"},
    Case{R"({"$numberLong":"1"})", "1"},
    Case{R"({"$numberLong":"-9223372036854775808"})", "-9223372036854775808"},
    Case{R"({"$numberLong":"9223372036854775807"})", "9223372036854775807"},
    Case{R"({"$numberDouble":"0.0"})", "0.0"},
    Case{R"({"$numberDouble":"-0.0"})", "-0.0"},
    Case{R"({"$numberDouble":"-1.0"})", "-1.0"},
    Case{R"({"$numberDouble":"1.0001220703125"})", "1.0001220703125"},
    Case{R"({"$numberDouble":"1.2345678921232E+18"})", "1.2345678921232E+18"},
    Case{R"({"$numberDouble":"0.30000000000000004"})", "0.30000000000000004"},
    Case{R"({"$numberDouble":"5E-324"})", "5E-324"},
    Case{R"({"$numberDouble":"1.7976931348623157E+308"})", "1.7976931348623157E+308"},
    Case{R"({"$numberDouble":"NaN"})", nullptr},
    Case{R"({"$numberDouble":"Infinity"})", nullptr},
    Case{R"({"$numberDouble":"-Infinity"})", nullptr},
    Case{R"({"$numberDecimal":"0"})", nullptr},
    Case{R"({"$numberDecimal":"-0.10"})", nullptr},
    Case{R"({"$numberDecimal":"1E+6111"})", nullptr},
    Case{R"({"$numberDecimal":"9.999999999999999999999999999999999E+6144"})", nullptr},
    Case{R"({"$numberDecimal":"1E-6176"})", nullptr},
    Case{R"({"$numberDecimal":"NaN"})", nullptr},
    Case{R"({"$numberDecimal":"-Infinity"})", nullptr},
    Case{R"({"$date":{"$numberLong":"0"}})", R"({"$date":"1970-01-01T00:00:00Z"})"},
    Case{R"({"$date":{"$numberLong":"1356351330501"}})", R"({"$date":"2012-12-24T12:15:30.501Z"})"},
    Case{R"({"$date":{"$numberLong":"1356351330500"}})", R"({"$date":"2012-12-24T12:15:30.500Z"})"},
    Case{R"({"$date":{"$numberLong":"1330473600000"}})", R"({"$date":"2012-02-29T00:00:00Z"})"},
    Case{R"({"$date":{"$numberLong":"253402300799999"}})",
         R"({"$date":"9999-12-31T23:59:59.999Z"})"},
    Case{R"({"$date":{"$numberLong":"253402300800000"}})", nullptr},
    Case{R"({"$date":{"$numberLong":"-1"}})", nullptr},
    Case{R"({"$oid":"56e1fc72e0c917e9c4714161"})", nullptr},
    Case{R"({"$binary":{"base64":"","subType":"00"}})", nullptr},
    Case{R"({"$binary":{"base64":"//8=","subType":"02"}})", nullptr},
    Case{R"({"$binary":{"base64":"c//SZESzTGmQ6OfR38A11A==","subType":"04"}})", nullptr},
    Case{R"({"$binary":{"base64":"//8=","subType":"80"}})", nullptr},
    Case{R"({"$code":""})", nullptr},
    Case{R"({"$code":"f","$scope":{"x":{"$numberInt":"1"}}})", R"({"$code":"f","$scope":{"x":1}})"},
    Case{R"({"$symbol":"a\u0000b"})", nullptr},
    Case{R"({"$timestamp":{"t":4294967295,"i":0}})", nullptr},
    Case{R"({"$regularExpression":{"pattern":"a/b","options":"imx"}})", nullptr},
    Case{R"({"$regularExpression":{"pattern":"","options":""}})", nullptr},
    Case{R"({"$dbPointer":{"$ref":"b","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}})", nullptr},
    Case{R"({"$ref":"c","$id":{"$numberInt":"1"},"$db":"d"})", R"({"$ref":"c","$id":1,"$db":"d"})"},
    Case{R"({"$minKey":1})", nullptr},
    Case{R"({"$maxKey":1})", nullptr},
    Case{R"({"$undefined":true})", nullptr},
    Case{"null", nullptr},
    Case{"true", nullptr},
    Case{"false", nullptr},
    Case{R"("")", nullptr},
    Case{R"("\"\\\b\f\n\r\t\u0000\u001f/<>&é☃")", nullptr},
    Case{"[]", nullptr},
    Case{R"([{"$numberInt":"1"},[{"$numberLong":"2"}]])", "[1,[2]]"},
    Case{"{}", nullptr},
    Case{R"({"":{"$numberInt":"1"},"a.b":{"$numberDouble":"2.5"},"$x":null})",
         R"({"":1,"a.b":2.5,"$x":null})"},
};

std::string Field(std::string_view value) { return "{\"v\":" + std::string(value) + "}"; }

std::string Written(ByteView document, bool relaxed) {
  ByteBuffer out;
  JsonWriter({.relaxed = relaxed, .sort_regex_options = true}).Append(document, out);
  return std::string(AsText(out.view()));
}

TEST(ExtendedJsonMode, WritesEachTypeAsTheSpecificationSays) {
  for (const Case& one : kCases) {
    const Document document = ParseExtendedJson(Field(one.canonical), "the case");
    EXPECT_EQ(Written(document.bytes(), false), Field(one.canonical));
    const char* const relaxed = one.relaxed == nullptr ? one.canonical : one.relaxed;
    EXPECT_EQ(Written(document.bytes(), true), Field(relaxed)) << one.canonical;
  }
}

}  // namespace
}  // namespace haul
