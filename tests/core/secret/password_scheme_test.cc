#include "core/secret/password_scheme.h"

#include <gtest/gtest.h>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

using Algorithm = PasswordScheme::Algorithm;

PasswordScheme Read(std::string_view json) {
  return ReadPasswordScheme(ParseExtendedJson(json, "test").bytes(), "hash.password");
}

TEST(PasswordScheme, ReadsTheFormsOfTheOption) {
  EXPECT_EQ(ToText(ParsePasswordScheme("bcrypt", "--hash")), "bcrypt:12");
  EXPECT_EQ(ParsePasswordScheme("bcrypt:4", "--hash").cost, 4);
  EXPECT_EQ(ToText(ParsePasswordScheme("argon2id", "--hash")), "argon2id:64MiB:3");
  const PasswordScheme scheme = ParsePasswordScheme("argon2id:65KiB:2", "--hash");
  EXPECT_EQ(scheme.algorithm, Algorithm::kArgon2id);
  EXPECT_EQ(scheme.memory, 65 * kKiB);
  EXPECT_EQ(scheme.passes, 2U);
  EXPECT_EQ(ParsePasswordScheme(ToText(scheme), "--hash"), scheme);
}

TEST(PasswordScheme, ReadsTheFormOfASeedFile) {
  EXPECT_EQ(Read(R"({"alg": "bcrypt"})"), PasswordScheme());
  EXPECT_EQ(Read(R"({"cost": 10, "alg": "bcrypt"})").cost, 10);
  EXPECT_EQ(ToText(Read(R"({"alg": "argon2id", "memory": "32MiB", "passes": 4})")),
            "argon2id:32MiB:4");
}

TEST(PasswordScheme, RefusesWhatItDoesNotKnow) {
  ExpectError([] { (void)ParsePasswordScheme("md5", "--hash"); }, ExitCode::kUsage,
              "--hash: 'md5' is no algorithm for passwords");
  ExpectError([] { (void)ParsePasswordScheme("bcrypt:3", "--hash"); }, ExitCode::kUsage,
              "--hash: a bcrypt cost is from 4 to 31, not 3");
  ExpectError([] { (void)ParsePasswordScheme("bcrypt:12x", "--hash"); }, ExitCode::kUsage,
              "--hash: '12x' is no number");
  ExpectError([] { (void)ParsePasswordScheme("bcrypt:12:3", "--hash"); }, ExitCode::kUsage,
              "--hash: 'bcrypt:12:3' has too many parts");
  ExpectError([] { (void)ParsePasswordScheme("argon2id:1KiB", "--hash"); }, ExitCode::kUsage,
              "--hash: argon2id takes from 8KiB to 4GiB in whole KiB, not '1KiB'");
  ExpectError([] { (void)ParsePasswordScheme("argon2id:64MiB:0", "--hash"); }, ExitCode::kUsage,
              "--hash: argon2id makes from 1 to 1000 passes, not 0");
}

TEST(PasswordScheme, RefusesASettingOfAnotherAlgorithm) {
  ExpectError([] { (void)Read(R"({"alg": "argon2id", "cost": 10})"); }, ExitCode::kUsage,
              "hash.password: 'cost' is no setting of argon2id");
  ExpectError([] { (void)Read(R"({"alg": "bcrypt", "passes": 3})"); }, ExitCode::kUsage,
              "hash.password: 'passes' is no setting of bcrypt");
  ExpectError([] { (void)Read(R"({"alg": "bcrypt", "cost": "12"})"); }, ExitCode::kUsage,
              "hash.password: cost is no whole number");
  ExpectError([] { (void)Read(R"({"cost": 12})"); }, ExitCode::kUsage,
              "hash.password: '' is no algorithm for passwords");
}

}  // namespace
}  // namespace haul
