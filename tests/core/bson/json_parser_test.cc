#include "core/bson/json_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/bson/extended_json.h"
#include "core/bson/framing.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

// The problem of a text that has one; what stands in `out` before stays as it was.
std::string Problem(std::string_view json) {
  JsonParser parser;
  ByteBuffer out;
  out.Append(AsBytes("before"));
  const JsonParser::Problem problem = parser.Parse(json, out);
  EXPECT_TRUE(!problem || AsText(out.view()) == "before") << json;
  return problem ? problem->ToString() : "no problem";
}

std::string Bson(std::string_view json) {
  JsonParser parser;
  ByteBuffer out;
  const JsonParser::Problem problem = parser.Parse(json, out);
  EXPECT_FALSE(problem) << json << problem->ToString();
  return std::string(AsText(out.view()));
}

void ExpectAsExtendedJson(JsonParser& parser, ByteBuffer& out, std::string_view json) {
  out.Clear();
  const JsonParser::Problem problem = parser.Parse(json, out);
  ASSERT_FALSE(problem) << json << problem->ToString();
  ASSERT_TRUE(AsText(out.view()) == AsText(ParseExtendedJson(json, "it").bytes())) << json;
}

TEST(JsonParser, ReadsEveryTypeAsParseExtendedJsonDoes) {
  RandomDocuments documents(20);
  JsonParser parser;
  ByteBuffer out;
  ByteBuffer json;
  JsonWriter relaxed({.relaxed = true});
  for (int i = 0; i < 3000; ++i) {
    const Document document = documents.Next();
    const std::string canonical = ToCanonicalJson(document.bytes());
    ASSERT_NO_FATAL_FAILURE(ExpectAsExtendedJson(parser, out, canonical));
    ASSERT_TRUE(AsText(out.view()) == AsText(document.bytes())) << canonical;
    json.Clear();
    relaxed.Append(document.bytes(), json);
    ASSERT_NO_FATAL_FAILURE(ExpectAsExtendedJson(parser, out, AsText(json.view())));
    const std::string shorter = std::string(AsText(json.view()));
    json.Clear();
    AppendIndented(shorter, json);
    ASSERT_NO_FATAL_FAILURE(ExpectAsExtendedJson(parser, out, AsText(json.view())));
  }
}

// Texts that are nearly right: both refuse or both accept, with the same result.
TEST(JsonParser, JudgesDamagedTextsAsParseExtendedJsonDoes) {
  RandomDocuments documents(21, {.max_fields = 5, .max_nesting = 2});
  JsonParser parser;
  ByteBuffer out;
  constexpr std::string_view kBytes = "\"\\{}[]:,01-+.eEtfn$ \n\t\x01u'x/\xC3";
  for (int i = 0; i < 20'000; ++i) {
    std::string json = ToCanonicalJson(documents.Next().bytes());
    for (std::uint64_t n = documents.Below(3); n > 0 && !json.empty(); --n) {
      const std::size_t at = documents.Below(json.size());
      const char byte = kBytes[documents.Below(kBytes.size())];
      switch (documents.Below(4)) {
        case 0:
          json[at] = byte;
          break;
        case 1:
          json.insert(at, 1, byte);
          break;
        case 2:
          json.erase(at, 1 + documents.Below(3));
          break;
        default:
          json.insert(at, json.substr(documents.Below(json.size()), documents.Below(20)));
          break;
      }
    }
    out.Clear();
    const bool ours = !parser.Parse(json, out);
    std::string expected;
    const auto error = Caught([&] { expected = AsText(ParseExtendedJson(json, "it").bytes()); });
    ASSERT_EQ(ours, !error) << json << (error ? error->message() : "");
    ASSERT_TRUE(!ours || AsText(out.view()) == expected) << json;
  }
}

TEST(JsonParser, NamesTheCauseAndThePlace) {
  EXPECT_EQ(Problem(""), "there is no document (at byte 0)");
  EXPECT_EQ(Problem(" \r\n"), "there is no document (at byte 3)");
  EXPECT_EQ(Problem("[1]"), "a document begins with '{' (at byte 0)");
  EXPECT_EQ(Problem("7"), "a document begins with '{' (at byte 0)");
  EXPECT_EQ(Problem("{} x"), "something follows the document (at byte 3)");
  EXPECT_EQ(Problem("{}{}"), "something follows the document (at byte 2)");
  EXPECT_EQ(Problem("{"), "the text ends in the middle of the document (at byte 1)");
  EXPECT_EQ(Problem("{a:1}"), "a field name in double quotes is expected (at byte 1)");
  EXPECT_EQ(Problem(R"({"a" 1})"), "':' is expected after a field name (at byte 5)");
  EXPECT_EQ(Problem(R"({"a":1,})"), "a field name in double quotes is expected (at byte 7)");
  EXPECT_EQ(Problem(R"({"a":[1,]})"), "a value is expected (at byte 8)");
  EXPECT_EQ(Problem(R"({"a":[1 2]})"), "',' or ']' is expected (at byte 8)");
  EXPECT_EQ(Problem(R"({"a":01})"), "a value is expected (at byte 6)");
  EXPECT_EQ(Problem(R"({"a":truth})"), "a value is expected (at byte 5)");
  EXPECT_EQ(Problem(R"({"a":nulls})"), "a value is expected (at byte 9)");
  EXPECT_EQ(Problem(R"({"a":1"b"})"), "a value is expected (at byte 6)");
  EXPECT_EQ(Problem(R"({"a":"b"1})"), "',' or '}' is expected (at byte 8)");
  EXPECT_EQ(Problem(R"({"a":"b""c"})"), "',' or '}' is expected (at byte 8)");
  EXPECT_EQ(Problem(R"({"a"b:1})"), "':' is expected after a field name (at byte 4)");
  EXPECT_EQ(Problem(R"({"a":NaN})"), "a value is expected (at byte 5)");
  EXPECT_EQ(Problem(R"({"a":1.})"), "a value is expected (at byte 7)");
  EXPECT_EQ(Problem(R"({"a":1e400})"), "a number is out of range (at byte 10)");
  EXPECT_EQ(Problem("{\"a\":\"x\ny\"}"), "a string holds a raw control character (at byte 7)");
  EXPECT_EQ(Problem("{\"a\":\"x"), "a string does not end (at byte 7)");
  EXPECT_EQ(Problem("{\"a\":\"\xFF\"}"), "the text is not UTF-8 (at byte 6)");
  EXPECT_EQ(Problem(R"({"a":"\x"})"), "a string holds an unknown escape (at byte 8)");
  EXPECT_EQ(Problem(R"({"a":"\u12"})"), "four hex digits are expected (at byte 8)");
  EXPECT_EQ(Problem(R"({"a":"\ud83d"})"), "a string holds half of a surrogate pair (at byte 12)");
  EXPECT_EQ(Problem(R"({"a\u0000":1})").substr(0, 24), "a field name holds a NUL");
  EXPECT_EQ(Problem(std::string("{\"a\":1}\0", 8)), "something follows the document (at byte 7)");
  EXPECT_EQ(Problem(std::string("{\"a\":\0}", 7)), "a value is expected (at byte 5)");
}

TEST(JsonParser, RefusesEveryTruncation) {
  const std::string json =
      R"({"a":[1,-2.5e3,true,null,{"$date":{"$numberLong":"5"}}],"b":"\u00fc","c":{"$oid":"000000000000000000000001"}})";
  EXPECT_EQ(Problem(json), "no problem");
  for (std::size_t size = 0; size < json.size(); ++size) {
    EXPECT_NE(Problem(std::string_view(json).substr(0, size)), "no problem") << size;
  }
}

TEST(JsonParser, RefusesNestingThatNoDocumentCanHave) {
  const auto nested = [](std::size_t levels, std::string_view open, std::string_view close,
                         std::string_view inner) {
    std::string json = "{\"a\":";
    for (std::size_t i = 0; i < levels; ++i) json += open;
    json += inner;
    for (std::size_t i = 0; i < levels; ++i) json += close;
    return json + "}";
  };
  const std::string wrapped = R"({"$date":{"$numberLong":"5"}})";
  EXPECT_EQ(Problem(nested(200, "[", "]", wrapped)), "no problem");
  EXPECT_EQ(Problem(nested(199, "{\"a\":", "}", "{}")), "no problem");
  EXPECT_EQ(Problem(nested(200, "{\"a\":", "}", "{}")),
            "more than 200 levels of nesting (at byte 1006)");
  EXPECT_EQ(Problem(nested(201, "[", "]", wrapped)),
            "more than 200 levels of nesting (at byte 206)");
  EXPECT_NE(Problem(nested(1'000'000, "[", "]", "1")), "no problem");
  EXPECT_NE(Problem(nested(1'000'000, "[", "", "")), "no problem");
  EXPECT_NE(Problem(nested(100'000, "{\"$oid\":", "}", "1")), "no problem");
}

TEST(JsonParser, RefusesADocumentAbove16MiB) {
  const std::size_t most = kMaxDocumentSize - Bson(R"({"a":""})").size();
  EXPECT_EQ(Bson("{\"a\":\"" + std::string(most, 'x') + "\"}").size(), kMaxDocumentSize);
  EXPECT_EQ(Problem("{\"a\":\"" + std::string(most + 1, 'x') + "\"}"),
            "the document is larger than 16 MiB (at byte 0)");
  std::string many = "{\"a\":[0";
  for (int i = 0; i < 8'000'000; ++i) many += ",0";
  EXPECT_NE(Problem(many + "]}"), "no problem");
}

TEST(JsonParser, ReadsObjectsOneAfterAnother) {
  JsonParser parser;
  ByteBuffer out;
  ASSERT_FALSE(parser.Open(" {\"a\":1}{}\n\n{\"b\":2} "));
  while (!parser.AtEnd()) {
    ASSERT_FALSE(parser.Next(out));
  }
  EXPECT_EQ(AsText(out.view()), Bson(R"({"a":1})") + Bson("{}") + Bson(R"({"b":2})"));
  ASSERT_FALSE(parser.Open("{} 5"));
  ASSERT_FALSE(parser.Next(out));
  EXPECT_EQ(parser.at(), 3U);
  const JsonParser::Problem problem = parser.Next(out);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->ToString(), "a document begins with '{' (at byte 3)");
}

TEST(JsonParser, FindsAWrapperBehindEscapesAndSpaces) {
  const std::string id = Bson(R"({"x":{"$oid":"6162636465666768696a6b6c"}})");
  EXPECT_EQ(Bson("{\"x\": {\n\"$oid\" :\t\"6162636465666768696A6B6C\" } }"), id);
  EXPECT_EQ(Bson(R"({"x":{"\u0024oid":"616263646566676869\u0036a6b6c"}})"), id);
  EXPECT_EQ(Bson(R"({"x":{"$date": "1970-01-01T00:00:01Z"}})"),
            Bson(R"({"x":{"$date":{"$numberLong":"1000"}}})"));
  EXPECT_EQ(Bson(R"({"$oid":"x"})"), BsonBuilder().AddString("$oid", "x").bytes());
}

TEST(JsonParser, ServesSmallTextsAfterALargeOne) {
  JsonParser parser;
  ByteBuffer out;
  const std::string large = "{\"a\":\"" + std::string(5 << 20, 'x') + "\"}";
  for (const std::string_view json : {std::string_view("{}"), std::string_view(large),
                                      std::string_view("{\"b\":1}"), std::string_view(large)}) {
    ASSERT_NO_FATAL_FAILURE(ExpectAsExtendedJson(parser, out, json));
  }
}

}  // namespace
}  // namespace haul
