#include "seed/shaping.h"

#include <gtest/gtest.h>

#include <string>

#include "core/secret/password.h"
#include "seed/known_keys.h"
#include "tests/seed/seed_files.h"
#include "tests/support/expect_error.h"

namespace haul::testing {
namespace {

/// One file with one document, shaped.
class ShapingTest : public ::testing::Test {
 protected:
  void Plan(const std::string& settings, const std::string& document) {
    files_.Write("a/x.json", "{\"$$seed\": " + settings + ", \"documents\": [" + document + "]}");
    plan_.emplace(files_.Plan());
    run_ = files_.run();
    shaping_.emplace(File(), run_);
    document_.Clear();
    Item().document->document->Append({}, document_);
  }
  [[nodiscard]] const SeedFile& File() const { return *plan_->collections.front().files.front(); }
  [[nodiscard]] SeedItem Item() const { return {&File().documents.front(), 0, 0}; }
  [[nodiscard]] Document Complete() const {
    ByteBuffer out;
    shaping_->Complete(Item(), document_.view(), ObjectIdBytes{1}, out);
    return Document(out.view());
  }
  /// The change as text; empty where nothing changes.
  [[nodiscard]] std::string Change(const Document& stored) const {
    ByteBuffer out;
    if (!shaping_->Change(Item(), document_.view(), stored.bytes(), out)) return {};
    return ToCanonicalJson(out.view());
  }
  [[nodiscard]] static Document Parse(const std::string& json) {
    return ParseExtendedJson(json, "a test");
  }

  SeedFiles files_;
  std::optional<SeedPlan> plan_;
  SeedRun run_;
  std::optional<Shaping> shaping_;
  ByteBuffer document_;
};

constexpr const char* kHash = R"({"password": {"alg": "bcrypt", "cost": 4}})";

TEST_F(ShapingTest, TheIdComesFirstThenTheDocumentThenDefaults) {
  Plan(R"({"key": "a", "defaults": {"d": true, "n": "was null", "at": {"$$now": 1}}})",
       R"({"a": "x", "n": null})");
  EXPECT_EQ(ToCanonicalJson(Complete().bytes()),
            R"({"_id":{"$oid":"010000000000000000000000"},"a":"x","n":"was null","d":true,)"
            R"("at":{"$date":{"$numberLong":"1700000000000"}}})");
}

TEST_F(ShapingTest, APasswordIsHashedAndAHashStays) {
  Plan(std::string(R"({"key": "a", "hash": )") + kHash + "}", R"({"a": "x", "password": "clear"})");
  const Document document = Complete();
  const std::string hash(FindString(document.bytes(), "password"));
  EXPECT_TRUE(VerifyPassword(hash, "clear"));
}

TEST_F(ShapingTest, APasswordThatIsNoStringIsAReject) {
  Plan(std::string(R"({"key": "a", "hash": )") + kHash + "}", R"({"a": "x", "password": 5})");
  EXPECT_EQ(Caught([&] { static_cast<void>(Complete()); })->code(), ExitCode::kRejected);
}

TEST_F(ShapingTest, AnUpdateChangesWhatTheFileNamesAndNothingElse) {
  Plan(std::string(R"({"key": "a", "onExisting": "update", "defaults": {"d": true}, "hash": )") +
           kHash + "}",
       R"({"a": "x", "b": 1, "password": "clear", "now": {"$$now": 1}})");
  const std::string hash = HashPassword({.cost = 4}, "clear");
  const std::string kept =
      R"("password": ")" + hash + R"(", "now": {"$date": "2020-01-01T00:00:00Z"})";
  EXPECT_EQ(Change(Parse(R"({"_id": 7, "own": 1, "a": "x", "b": 1, "d": false, )" + kept + "}")),
            "");
  EXPECT_EQ(Change(Parse(R"({"_id": 7, "a": "x", "b": 2, )" + kept + "}")),
            R"({"_id":{"$numberInt":"7"},"b":{"$numberInt":"1"},"d":true})");
}

TEST_F(ShapingTest, AReplacementKeepsHashTokensAndTimes) {
  files_.environment =
      Environment(std::map<std::string, std::string, std::less<>>{{"S", std::string(32, 's')}});
  Plan(std::string(R"({"key": "a", "onExisting": "replace", "defaults": {"at": {"$$now": 1}},
        "tokens": {"t": {"secretEnv": "S", "expiresIn": "1h"}}, "hash": )") +
           kHash + "}",
       R"({"a": "x", "password": "clear"})");
  const Document first = Complete();
  files_.now += std::chrono::hours(1);
  run_.now = files_.now;
  EXPECT_EQ(Change(first), "");
  Document changed = Complete();
  BSON_APPEND_INT32(changed.bson(), "own", 1);
  EXPECT_NE(Change(changed), "");
}

TEST_F(ShapingTest, SecretsAreRedacted) {
  Plan(std::string(R"({"key": "a", "hash": )") + kHash + "}",
       R"({"a": "x", "password": "clear", "pw": {"$$env": "WORD"}})");
  EXPECT_TRUE(shaping_->HasSecrets(Item()));
  ByteBuffer shown;
  shaping_->Redact(Item(), document_.view(), shown);
  EXPECT_EQ(ToCanonicalJson(shown.view()),
            R"({"a":"x","password":"<redacted>","pw":"<redacted>"})");
}

TEST(KnownKeys, KnowsEachKeyOnce) {
  KnownKeys keys;
  for (std::uint64_t i = 0; i < 10'000; ++i) EXPECT_TRUE(keys.Add(i * 0x10000));
  for (std::uint64_t i = 0; i < 10'000; ++i) EXPECT_FALSE(keys.Add(i * 0x10000));
}

}  // namespace
}  // namespace haul::testing
