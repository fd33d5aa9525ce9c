#include "core/secret/keyed_hash.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/text.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

std::string HexOf(const KeyedHash& hash, std::uint8_t kind, std::string_view text) {
  return ToHex(AsText(hash.Of(kind, AsBytes(text))));
}

TEST(KeyedHash, IsHmacOfSha256) {
  // RFC 4231, test case 1, whose data begins with 'H'.
  const KeyedHash hash = KeyedHash::FromKey(std::string(20, '\x0b'), "test");
  EXPECT_EQ(HexOf(hash, 'H', "i There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(KeyedHash, IsTheSameForTheSameKeyAndAnotherForEachRandomKey) {
  const std::string key = "0123456789abcdef";
  EXPECT_EQ(HexOf(KeyedHash::FromKey(key, "a"), 1, "x"),
            HexOf(KeyedHash::FromKey(key, "b"), 1, "x"));
  EXPECT_NE(HexOf(KeyedHash::Random(), 1, "x"), HexOf(KeyedHash::Random(), 1, "x"));
  const std::vector<KeyedHash> copies(2, KeyedHash::Random());
  EXPECT_EQ(HexOf(copies[0], 1, "x"), HexOf(copies[1], 1, "x"));
  EXPECT_NE(HexOf(copies[0], 1, "x"), HexOf(copies[0], 2, "x"));
}

TEST(KeyedHash, RefusesAShortKey) {
  ExpectError([] { (void)KeyedHash::FromKey("0123456789abcde", "HAUL_MASK_KEY"); },
              ExitCode::kUsage, "HAUL_MASK_KEY: a key of 15 bytes, and it takes at least 16");
}

TEST(Sha256, IsTheKnownOne) {
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace haul
