#include "core/secret/password.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect_error.h"

namespace haul {
namespace {

const PasswordScheme kQuickBcrypt = ParsePasswordScheme("bcrypt:4", "test");
const std::string kWithNul("secret\0tail", 11);
const PasswordScheme kQuickArgon = ParsePasswordScheme("argon2id:8KiB:1", "test");

void ExpectOwnHash(const PasswordScheme& scheme) {
  const std::string hash = HashPassword(scheme, "Test1234");
  EXPECT_TRUE(IsPasswordHash(hash)) << hash;
  EXPECT_TRUE(VerifyPassword(hash, "Test1234"));
  EXPECT_FALSE(VerifyPassword(hash, "Test1235"));
  EXPECT_FALSE(VerifyPassword(hash, ""));
  EXPECT_NE(HashPassword(scheme, "Test1234"), hash) << "a salt of its own";
}

TEST(Password, VerifiesByBothAlgorithms) {
  ExpectOwnHash(kQuickBcrypt);
  ExpectOwnHash(kQuickArgon);
}

TEST(Password, NamesAlgorithmAndCostInTheHash) {
  EXPECT_TRUE(HashPassword(kQuickBcrypt, "x").starts_with("$2b$04$"));
  EXPECT_TRUE(HashPassword(kQuickArgon, "x").starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
}

TEST(Password, TakesTheKnownAnswersOfOthers) {
  // From the test vectors of OpenBSD's and Openwall's bcrypt.
  EXPECT_TRUE(
      VerifyPassword("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"));
  EXPECT_TRUE(
      VerifyPassword("$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"));
  EXPECT_FALSE(
      VerifyPassword("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U*"));
}

TEST(Password, RefusesForBcryptWhatBcryptWouldCut) {
  EXPECT_TRUE(
      VerifyPassword(HashPassword(kQuickBcrypt, std::string(72, 'x')), std::string(72, 'x')));
  ExpectError([] { (void)HashPassword(kQuickBcrypt, std::string(73, 'x')); }, ExitCode::kRejected,
              "hash a password: 73 bytes, and bcrypt uses no more than 72");
  ExpectError([] { (void)HashPassword(kQuickBcrypt, kWithNul); }, ExitCode::kRejected,
              "hash a password: it holds a NUL, and bcrypt uses nothing behind that");
}

TEST(Password, VerifiesNoPasswordByItsFront) {
  EXPECT_FALSE(
      VerifyPassword(HashPassword(kQuickBcrypt, std::string(72, 'x')), std::string(73, 'x')));
  EXPECT_FALSE(VerifyPassword(HashPassword(kQuickBcrypt, "secret"), kWithNul));
}

TEST(Password, TakesEveryByteAndLengthForArgon2id) {
  const std::string clear = kWithNul + std::string(5000, 'x');
  EXPECT_TRUE(VerifyPassword(HashPassword(kQuickArgon, clear), clear));
  EXPECT_FALSE(VerifyPassword(HashPassword(kQuickArgon, clear), "secret"));
}

TEST(Password, TakesForAHashOnlyTheFullSyntaxOfBcrypt) {
  const std::string tail(53, 'a');
  EXPECT_TRUE(IsPasswordHash("$2a$04$" + tail));
  EXPECT_TRUE(IsPasswordHash("$2b$12$" + tail));
  EXPECT_TRUE(IsPasswordHash("$2y$31$./" + tail.substr(2)));
  for (const std::string& text : {
           "$2x$12$" + tail,
           "$2b$03$" + tail,
           "$2b$32$" + tail,
           "$2b$1$a" + tail,
           "$2b$12$" + tail + "a",
           "$2b$12$" + tail.substr(1),
           "$2b$12$" + tail.substr(1) + "+",
           "$2b$12$" + tail.substr(1) + "\n",
           " $2b$12$" + tail.substr(1),
           std::string("$2b$my password"),
           std::string(""),
       }) {
    EXPECT_FALSE(IsPasswordHash(text)) << text;
  }
}

TEST(Password, TakesForAHashOnlyTheFullSyntaxOfArgon2id) {
  const std::string salt(22, 'A');
  const std::string hash(43, 'B');
  EXPECT_TRUE(IsPasswordHash("$argon2id$v=19$m=65536,t=3,p=4$" + salt + "$" + hash));
  EXPECT_TRUE(IsPasswordHash("$argon2id$v=16$m=8,t=1,p=1$" + salt + "$" + hash));
  for (const std::string& text : {
           "$argon2i$v=19$m=65536,t=3,p=4$" + salt + "$" + hash,
           "$argon2id$m=65536,t=3,p=4$" + salt + "$" + hash,
           "$argon2id$v=19$m=65536,t=3$" + salt + "$" + hash,
           "$argon2id$v=19$m=65536,t=0,p=1$" + salt + "$" + hash,
           "$argon2id$v=19$m=7,t=1,p=1$" + salt + "$" + hash,
           "$argon2id$v=19$m=065536,t=3,p=4$" + salt + "$" + hash,
           "$argon2id$v=19$m=65536,t=3,p=4$" + salt + "$",
           "$argon2id$v=19$m=65536,t=3,p=4$" + salt + "$" + hash + "=",
           "$argon2id$v=19$m=65536,t=3,p=4$" + salt + "$" + hash + "$x",
           "$argon2id$v=19$m=65536,t=3,p=4$short$" + hash,
           "$argon2id$v=19$m=99999999999,t=3,p=4$" + salt + "$" + hash,
           std::string("$argon2id$v=19$m=65536,t=3,p=4"),
       }) {
    EXPECT_FALSE(IsPasswordHash(text)) << text;
  }
}

TEST(Password, VerifiesNothingAgainstWhatIsNoHash) {
  EXPECT_FALSE(VerifyPassword("Test1234", "Test1234"));
  EXPECT_FALSE(VerifyPassword("", ""));
}

}  // namespace
}  // namespace haul
