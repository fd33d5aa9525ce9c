#include "tools/import/reject_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "core/bson/extended_json.h"

namespace haul {
namespace {

ParsedBlock Parsed(const std::string& text) {
  TextBlock block;
  block.text.Append(AsBytes(text));
  ParsedBlock parsed;
  RejectParser({"shop", "users"}).Parse(block, parsed);
  return parsed;
}

TEST(RejectParser, TakesTheDocumentsOfItsNamespace) {
  const ParsedBlock parsed =
      Parsed(R"({"ns":"shop.users","_id":1,"code":1,"reason":"r","document":{"_id":1}})"
             "\n\n"
             R"({"ns":"shop.other","code":1,"reason":"r","document":{"_id":2}})"
             "\r\n"
             R"({"ns":"shop.users","bson":{"$binary":{"base64":"BQAAAAA=","subType":"00"}}})");
  ASSERT_EQ(parsed.batch.documents(), 2U);
  EXPECT_EQ(ToCanonicalJson(parsed.batch.at(0)), R"({"_id":{"$numberInt":"1"}})");
  EXPECT_EQ(ToCanonicalJson(parsed.batch.at(1)), "{}");
  EXPECT_EQ(parsed.lines, (std::vector<std::uint64_t>{1, 4}));
  EXPECT_TRUE(parsed.bad.empty());
}

TEST(RejectParser, RefusesWhatWasWithheld) {
  const ParsedBlock parsed =
      Parsed(R"({"ns":"shop.users","document":{"a":[{"password":"<redacted>"}]}})"
             "\n"
             R"({"ns":"shop.users","text":"<redacted>"})"
             "\n"
             R"({"ns":"shop.users","text":"{\"p\":\"<redacted>\"}"})");
  EXPECT_TRUE(parsed.batch.empty());
  ASSERT_EQ(parsed.bad.size(), 3U);
  EXPECT_EQ(parsed.bad[0].reason, "it holds \"<redacted>\" in place of a secret");
  EXPECT_EQ(parsed.bad[0].text, R"({"a":[{"password":"<redacted>"}]})");
  EXPECT_EQ(parsed.bad[1].line, 2U);
}

TEST(RejectParser, ReadsARecordAgainThatWasPutRight) {
  const ParsedBlock parsed = Parsed(R"({"ns":"shop.users","text":"{\"a\":1}"})"
                                    "\n"
                                    R"({"ns":"shop.users","text":"{\"a\":"})");
  EXPECT_EQ(parsed.batch.documents(), 1U);
  ASSERT_EQ(parsed.bad.size(), 1U);
  EXPECT_EQ(parsed.bad[0].text, "{\"a\":");
}

TEST(RejectParser, RefusesBytesThatAreNoDocument) {
  const ParsedBlock parsed =
      Parsed(R"({"ns":"shop.users","bson":{"$binary":{"base64":"BQAAAAE=","subType":"00"}}})"
             "\n"
             R"({"ns":"shop.users","bson":{"$binary":{"base64":"BQ==","subType":"00"}}})"
             "\n"
             R"({"ns":"shop.users"})");
  EXPECT_TRUE(parsed.batch.empty());
  EXPECT_EQ(parsed.bad.size(), 3U);
}

}  // namespace
}  // namespace haul
