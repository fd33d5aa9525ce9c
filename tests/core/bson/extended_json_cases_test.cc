// The cases of the Extended JSON specification in our own words: each form that a value may have,
// and each that it may not have, judged alike by both readers.
// https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/bson/extended_json.h"
#include "core/bson/json_parser.h"

namespace haul {
namespace {

// A value as canonical JSON through either reader; nothing where it is refused.
std::optional<std::string> ByParser(const std::string& json) {
  JsonParser parser;
  ByteBuffer out;
  if (parser.Parse(json, out)) return std::nullopt;
  return ToCanonicalJson(out.view());
}

std::optional<std::string> ByReader(const std::string& json) {
  try {
    return ToCanonicalJson(ParseExtendedJson(json, "it").bytes());
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string Field(std::string_view value) { return "{\"v\":" + std::string(value) + "}"; }

struct Form {
  const char* value;
  const char* canonical;
};

constexpr std::array kForms = {
    Form{R"({"$oid":"56E1fc72E0C917e9c4714161"})", R"({"$oid":"56e1fc72e0c917e9c4714161"})"},
    Form{R"("$oid")", R"("$oid")"},
    Form{R"({"$symbol":""})", R"({"$symbol":""})"},
    Form{R"({"$symbol":"\u00e9\u0000"})", "{\"$symbol\":\"\xC3\xA9\\u0000\"}"},
    Form{R"({"$numberInt":"-2147483648"})", R"({"$numberInt":"-2147483648"})"},
    Form{R"({"$numberInt":"00"})", R"({"$numberInt":"0"})"},
    Form{"0", R"({"$numberInt":"0"})"},
    Form{"-0", R"({"$numberInt":"0"})"},
    Form{"-2147483649", R"({"$numberLong":"-2147483649"})"},
    Form{R"({"$numberLong":"-9223372036854775808"})", R"({"$numberLong":"-9223372036854775808"})"},
    Form{R"({"$numberLong":"1"})", R"({"$numberLong":"1"})"},
    Form{R"({"$numberDouble":"1.2345678921232E+18"})",
         R"({"$numberDouble":"1.2345678921232E+18"})"},
    Form{R"({"$numberDouble":"-0.0"})", R"({"$numberDouble":"-0.0"})"},
    Form{R"({"$numberDouble":"NaN"})", R"({"$numberDouble":"NaN"})"},
    Form{R"({"$numberDouble":"-Infinity"})", R"({"$numberDouble":"-Infinity"})"},
    Form{"0.0", R"({"$numberDouble":"0.0"})"},
    Form{"1E+2", R"({"$numberDouble":"100.0"})"},
    Form{"0.30000000000000004", R"({"$numberDouble":"0.30000000000000004"})"},
    Form{"9007199254740993.0", R"({"$numberDouble":"9.007199254740992E+15"})"},
    Form{R"({"$numberDecimal":"+1"})", R"({"$numberDecimal":"1"})"},
    Form{R"({"$numberDecimal":"0.000001234567890123456789012345678901234"})",
         R"({"$numberDecimal":"0.000001234567890123456789012345678901234"})"},
    Form{R"({"$numberDecimal":"-1e-6176"})", R"({"$numberDecimal":"-1E-6176"})"},
    Form{R"({"$numberDecimal":"10E6111"})", R"({"$numberDecimal":"1.0E+6112"})"},
    Form{R"({"$numberDecimal":"1e6112"})", R"({"$numberDecimal":"1.0E+6112"})"},
    Form{R"({"$numberDecimal":".5"})", R"({"$numberDecimal":"0.5"})"},
    Form{R"({"$numberDecimal":"inf"})", R"({"$numberDecimal":"Infinity"})"},
    Form{R"({"$numberDecimal":"-InFiNiTy"})", R"({"$numberDecimal":"-Infinity"})"},
    Form{R"({"$numberDecimal":"nan"})", R"({"$numberDecimal":"NaN"})"},
    Form{R"({"$binary":{"base64":"","subType":"00"}})",
         R"({"$binary":{"base64":"","subType":"00"}})"},
    Form{R"({"$binary":{"subType":"5","base64":"//8="}})",
         R"({"$binary":{"base64":"//8=","subType":"05"}})"},
    Form{R"({"$binary":"//8=","$type":"80"})", R"({"$binary":{"base64":"//8=","subType":"80"}})"},
    Form{R"({"$uuid":"73ffd264-44b3-4c69-90e8-e7d1dfc035d4"})",
         R"({"$binary":{"base64":"c//SZESzTGmQ6OfR38A11A==","subType":"04"}})"},
    Form{R"({"$code":""})", R"({"$code":""})"},
    Form{R"({"$code":"f","$scope":{"x":1}})", R"({"$code":"f","$scope":{"x":{"$numberInt":"1"}}})"},
    Form{R"({"$timestamp":{"i":4294967295,"t":0}})", R"({"$timestamp":{"t":0,"i":4294967295}})"},
    Form{R"({"$regularExpression":{"options":"ix","pattern":"a/b\""}})",
         R"({"$regularExpression":{"pattern":"a/b\"","options":"ix"}})"},
    Form{R"({"$regex":"^a","$options":""})", R"({"$regex":"^a","$options":""})"},
    Form{R"({"$regex":{"$regularExpression":{"pattern":"a","options":""}},"$options":"i"})",
         R"({"$regex":{"$regularExpression":{"pattern":"a","options":""}},"$options":"i"})"},
    Form{R"({"$dbPointer":{"$ref":"b","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}})",
         R"({"$dbPointer":{"$ref":"b","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}})"},
    Form{R"({"$ref":"c","$id":1,"$db":"d","x":2})",
         R"({"$ref":"c","$id":{"$numberInt":"1"},"$db":"d","x":{"$numberInt":"2"}})"},
    Form{R"({"$date":{"$numberLong":"-2208988800000"}})",
         R"({"$date":{"$numberLong":"-2208988800000"}})"},
    Form{R"({"$date":"2012-12-24T12:15:30.501+00:00"})",
         R"({"$date":{"$numberLong":"1356351330501"}})"},
    Form{R"({"$date":"2012-12-24T12:15:30.5019Z"})",
         R"({"$date":{"$numberLong":"1356351330501"}})"},
    Form{R"({"$date":"0000-01-01T00:00:00Z"})", R"({"$date":{"$numberLong":"-62167219200000"}})"},
    Form{R"({"$minKey":1})", R"({"$minKey":1})"},
    Form{R"({"$maxKey":{"$numberInt":"1"}})", R"({"$maxKey":1})"},
    Form{R"({"$undefined":true})", R"({"$undefined":true})"},
    Form{R"({"a":{"$oid":"56e1fc72e0c917e9c4714161"},"$oid":1})",
         R"({"a":{"$oid":"56e1fc72e0c917e9c4714161"},"$oid":{"$numberInt":"1"}})"},
    Form{R"({"":{"":[]}})", R"({"":{"":[]}})"},
    Form{R"({"a":1,"a":2})", R"({"a":{"$numberInt":"1"},"a":{"$numberInt":"2"}})"},
    Form{R"({"$set":1,"a.b":2,"$":3})",
         R"({"$set":{"$numberInt":"1"},"a.b":{"$numberInt":"2"},"$":{"$numberInt":"3"}})"},
};

constexpr std::array kRefused = {
    R"({"$oid":5})",
    R"({"$oid":""})",
    R"({"$oid":"56e1fc72e0c917e9c471416"})",
    R"({"$oid":"56e1fc72e0c917e9c47141611"})",
    R"({"$oid":"56e1fc72e0c917e9c471416g"})",
    R"({"$oid":"56e1fc72e0c917e9c4714161","x":1})",
    R"({"$symbol":5})",
    R"({"$symbol":"a","x":1})",
    R"({"$numberInt":2})",
    R"({"$numberInt":"1.5"})",
    R"({"$numberInt":" 1"})",
    R"({"$numberInt":"-2147483649"})",
    R"({"$numberLong":5})",
    R"({"$numberLong":"1e3"})",
    R"({"$numberLong":"-9223372036854775809"})",
    R"({"$numberLong":"1","x":1})",
    R"({"$numberDouble":1.5})",
    R"({"$numberDouble":""})",
    R"({"$numberDouble":"1.5x"})",
    R"({"$numberDouble":"1e999"})",
    R"({"$numberDouble":"nan"})",
    R"({"$numberDecimal":5})",
    R"({"$numberDecimal":""})",
    R"({"$numberDecimal":"."})",
    R"({"$numberDecimal":"1e"})",
    R"({"$numberDecimal":"1_0"})",
    R"({"$numberDecimal":"1.1.1"})",
    R"({"$numberDecimal":"+-1"})",
    R"({"$numberDecimal":"1e6145"})",
    R"({"$numberDecimal":"1e-6177"})",
    R"({"$numberDecimal":"12345678901234567890123456789012345"})",
    R"({"$numberDecimal":"in"})",
    R"({"$binary":{"base64":"AA=","subType":"00"}})",
    R"({"$binary":{"base64":5,"subType":"00"}})",
    R"({"$binary":{"base64":"","subType":0}})",
    R"({"$binary":{"base64":"","subType":""}})",
    R"({"$binary":{"base64":"","subType":"0g"}})",
    R"({"$binary":{"base64":"","subType":"00","x":1}})",
    R"({"$binary":{"base64":""}})",
    R"({"$binary":{"subType":"00"}})",
    R"({"$binary":"","$type":"00","x":1})",
    R"({"$uuid":"73ffd26444b34c6990e8e7d1dfc035d4"})",
    R"({"$uuid":"73ffd264-44b3-4c69-90e8-e7d1dfc035d"})",
    R"({"$uuid":{"data":1}})",
    R"({"$code":5})",
    R"({"$code":{}})",
    R"({"$code":"","$scope":5})",
    R"({"$code":"","x":{}})",
    R"({"$code":"","$scope":{},"x":1})",
    R"({"$timestamp":{"t":"1","i":1}})",
    R"({"$timestamp":{"t":1}})",
    R"({"$timestamp":{"t":1,"i":1,"x":1}})",
    R"({"$timestamp":{"t":1,"i":1},"x":1})",
    R"({"$timestamp":[1,1]})",
    R"({"$regularExpression":{"pattern":"a"}})",
    R"({"$regularExpression":{"pattern":5,"options":""}})",
    R"({"$regularExpression":{"pattern":"a","options":"","x":1}})",
    R"({"$regularExpression":{"pattern":"\u0000","options":""}})",
    R"({"$dbPointer":"a"})",
    R"({"$dbPointer":{"$ref":"a"}})",
    R"({"$dbPointer":{"$ref":"a","$id":"x"}})",
    R"({"$date":true})",
    R"({"$date":1.5})",
    R"({"$date":{"$numberLong":5}})",
    R"({"$date":{"$numberLong":"1"},"x":1})",
    R"({"$date":"2012-12-24"})",
    R"({"$date":"2012-12-24T12:15:30.Z"})",
    R"({"$date":"2012-12-24T24:00:00Z"})",
    R"({"$date":"2012-13-24T00:00:00Z"})",
    R"({"$minKey":true})",
    R"({"$minKey":"1"})",
    R"({"$minKey":1,"x":1})",
    R"({"$maxKey":2})",
    R"({"$undefined":false})",
    R"({"$undefined":1})",
    "undefined",
    "nan",
    "Infinity",
    "+1",
    ".5",
    "0x10",
    "True",
    "'a'",
    "\"a\\u12g4\"",
    "\"\\udc00\"",
    "[1,,2]",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1 \"b\":2}",
    "// a\n1",
};

TEST(ExtendedJsonCase, IsTakenInEachOfItsForms) {
  for (const Form& form : kForms) {
    EXPECT_EQ(ByParser(Field(form.value)), Field(form.canonical)) << form.value;
    EXPECT_EQ(ByReader(Field(form.value)), Field(form.canonical)) << form.value;
    EXPECT_EQ(ByParser(Field(form.canonical)), Field(form.canonical)) << form.canonical;
  }
}

TEST(ExtendedJsonCase, IsRefusedInAnyOther) {
  for (const char* value : kRefused) {
    EXPECT_EQ(ByParser(Field(value)), std::nullopt) << value;
    EXPECT_EQ(ByReader(Field(value)), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace haul
