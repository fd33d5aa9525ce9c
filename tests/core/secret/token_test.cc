#include "core/secret/token.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/bson/extended_json.h"
#include "core/secret/token_claims.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'000'000'000)};

TokenSpec Spec(std::string_view secret = "0123456789abcdef0123456789abcdef") {
  TokenSpec spec;
  spec.secret = SecretText(secret);
  spec.lifetime = std::chrono::minutes(15);
  return spec;
}

std::string Sign(std::string_view claims) {
  return SignToken(Spec(), ParseExtendedJson(claims, "claims").bytes(), kNow);
}

TEST(Token, HasThreePartsAndIsTheSameForTheSameInput) {
  const std::string token = Sign(R"({"sub": "a"})");
  EXPECT_EQ(std::count(token.begin(), token.end(), '.'), 2);
  EXPECT_EQ(token.find('='), std::string::npos);
  EXPECT_EQ(Sign(R"({"sub": "a"})"), token);
  EXPECT_NE(Sign(R"({"sub": "b"})"), token);
}

TEST(Token, WritesClaimsAsPlainJson) {
  const Document claims = ParseExtendedJson(
      R"({"id": {"$oid": "65f0c0ffee65f0c0ffee65f0"}, "at": {"$date": "1969-12-31T23:59:59.5Z"},
          "n": [1, {"$numberLong": "5000000000"}, 0.5, {"$numberDecimal": "1.10"}, null, true],
          "o": {"text": "\"\n"}, "empty": {}})",
      "claims");
  EXPECT_EQ(ClaimsToJson(claims.bytes()),
            R"({"id":"65f0c0ffee65f0c0ffee65f0","at":-1,"n":[1,5000000000,0.5,"1.10",null,true],)"
            R"("o":{"text":"\"\n"},"empty":{}})");
}

TEST(Token, RefusesClaimsWithoutShowingTheirValue) {
  ExpectError([] { (void)Sign(R"({"exp": 1})"); }, ExitCode::kRejected,
              "sign a token: claim exp is set by haul itself");
  ExpectError([] { (void)Sign(R"({"a": {"b": {"$binary": {"base64": "", "subType": "00"}}}})"); },
              ExitCode::kRejected, "sign a token: claim b holds a value that JSON does not have");
  ExpectError([] { (void)Sign(R"({"n": {"$numberDouble": "NaN"}})"); }, ExitCode::kRejected,
              "sign a token: claim n holds a value that JSON does not have");
  ExpectError([] { (void)Sign(R"({"pass": "secret\u0000"})"); }, ExitCode::kRejected,
              "sign a token: claim pass holds a NUL");
  ExpectError([] { (void)Sign(R"({"a": 1, "a": 2})"); }, ExitCode::kRejected,
              "sign a token: libjwt refuses the claims");
  const std::string latin = BsonBuilder().AddString("name", "\xE4").bytes();
  ExpectError([&] { (void)SignToken(Spec(), AsBytes(latin), kNow); }, ExitCode::kRejected,
              "sign a token: claim name is not UTF-8");
  ExpectError([] { (void)SignToken(Spec(), RandomDocuments::Nested(150).bytes(), kNow); },
              ExitCode::kRejected, "sign a token: its claims are nested too deeply");
}

TEST(Token, ChecksItsSpecWithoutShowingTheSecret) {
  EXPECT_NO_THROW(CheckTokenSpec(Spec(), "tokens.accessToken"));
  ExpectError([] { CheckTokenSpec(Spec(std::string(31, 's')), "tokens.accessToken"); },
              ExitCode::kUsage,
              "tokens.accessToken: the secret has 31 bytes, and it takes at least 32");
  TokenSpec spec = Spec();
  spec.lifetime = {};
  ExpectError([&] { CheckTokenSpec(spec, "tokens.accessToken"); }, ExitCode::kUsage,
              "tokens.accessToken: a token lives for a second at least");
}

TEST(Token, KnowsThreeAlgorithmsAndNotNone) {
  EXPECT_EQ(ParseTokenAlgorithm("HS512", "alg"), TokenAlgorithm::kHs512);
  ExpectError([] { (void)ParseTokenAlgorithm("none", "tokens.a"); }, ExitCode::kUsage,
              "tokens.a: 'none' is no algorithm for tokens");
}

}  // namespace
}  // namespace haul
