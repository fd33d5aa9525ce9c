#include "core/transform/mask.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "core/bson/extended_json.h"
#include "tests/core/transform/changed.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

// The masked value of {"v": VALUE}.
std::string Masked(std::string_view mask, std::string_view value, const KeyedHash& key) {
  TransformBuilder builder(key, {});
  builder.Mask("v=" + std::string(mask), "--mask");
  const std::string text = Changed(builder.Build(), "{\"v\":" + std::string(value) + "}");
  return text.substr(5, text.size() - 6);
}

std::string Masked(std::string_view mask, std::string_view value) {
  return Masked(mask, value, KeyedHash::FromKey("0123456789abcdef", "test"));
}

TEST(Mask, HashIsTheHmacOfTheValueInHex) {
  const std::string hash = Masked("hash", R"("ada")");
  EXPECT_TRUE(std::regex_match(hash, std::regex("\"[0-9a-f]{64}\""))) << hash;
  EXPECT_EQ(Masked("hash", R"("ada")"), hash);
  EXPECT_NE(Masked("hash", R"("Ada")"), hash);
}

TEST(Mask, HashesOfOneRandomKeyAreEqualAndOfTwoAreNot) {
  const KeyedHash key = KeyedHash::Random();
  EXPECT_EQ(Masked("hash", "1", key), Masked("hash", "1", key));
  EXPECT_NE(Masked("hash", "1", key), Masked("hash", "1", KeyedHash::Random()));
}

TEST(Mask, HashesEqualNumbersOfAllTypesAlikeAndNothingElse) {
  std::set<std::string> hashes;
  for (const char* const value :
       {"12", R"({"$numberLong": "12"})", "12.0", R"({"$numberDecimal": "1.20E+1"})"}) {
    hashes.insert(Masked("hash", value));
  }
  EXPECT_EQ(hashes.size(), 1U);
  EXPECT_EQ(Masked("hash", "0.5"), Masked("hash", R"({"$numberDecimal": "0.50"})"));
  for (const char* const value :
       {"13", "\"12\"", "true", "false", "{}", "[[]]", R"({"$numberDouble": "NaN"})", R"("")",
        R"({"$date": {"$numberLong": "12"}})", R"({"$oid": "65f0c0ffee65f0c0ffee65f0"})"}) {
    EXPECT_TRUE(hashes.insert(Masked("hash", value)).second) << value;
  }
}

TEST(Mask, EmailKeepsTheFormOfAnAddressAndEqualityToo) {
  const std::string address = Masked("email", R"("ada@example.com")");
  EXPECT_TRUE(std::regex_match(address, std::regex("\"[0-9a-f]{24}@masked[.]invalid\"")))
      << address;
  EXPECT_EQ(Masked("email", R"("ada@example.com")"), address);
  EXPECT_EQ(address.substr(0, 25), Masked("hash", R"("ada@example.com")").substr(0, 25));
}

TEST(Mask, GoesIntoArraysSoThatNoElementStaysClear) {
  const std::string ada = Masked("hash", R"("ada")");
  EXPECT_EQ(Masked("hash", R"(["ada", ["ada"], null])"), "[" + ada + ",[" + ada + "],null]");
  EXPECT_EQ(Masked("hash", R"([{"a": "ada"}])").find("ada"), std::string::npos);
}

TEST(Mask, ReachesEachDocumentOfAnArray) {
  EXPECT_EQ(Changed(R"([{"mask": {"u.mail": "redact"}}])",
                    R"({"u": [{"mail": "a"}, {"x": [{"mail": "b"}]}, [{"mail": "c"}]]})"),
            R"({"u":[{"mail":"<redacted>"},{"x":[{"mail":"b"}]},[{"mail":"<redacted>"}]]})");
}

TEST(Mask, LeavesNullAndAbsentFields) {
  for (const char* const mask : {"hash", "email", "redact"})
    EXPECT_EQ(Masked(mask, "null"), "null");
  EXPECT_EQ(Changed(R"([{"mask": {"v": "hash"}}])", R"({"a": 1})"), R"({"a":1})");
}

TEST(Mask, ReplacesByNullTextOrConstant) {
  EXPECT_EQ(Masked("null", R"(["a"])"), "null");
  EXPECT_EQ(Masked("redact", R"({"a": 1})"), R"("<redacted>")");
  EXPECT_EQ(Masked("constant:5", "1"), "5");
  EXPECT_EQ(Masked("constant:", "1"), R"("")");
  EXPECT_EQ(Masked("constant:a:b=c", "1"), R"("a:b=c")");
}

TEST(Mask, RefusesWhatItDoesNotKnow) {
  ExpectError([] { (void)Masked("last4", "1"); }, ExitCode::kUsage, "--mask: 'last4' is no mask");
  ExpectError([] { (void)Masked("constant", "1"); }, ExitCode::kUsage,
              "--mask: 'constant' is no mask");
}

}  // namespace
}  // namespace haul
