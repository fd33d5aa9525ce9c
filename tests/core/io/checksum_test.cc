#include "core/io/checksum.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect_error.h"

namespace haul {
namespace {

// From `b2sum -l 256`.
constexpr auto kEmptyHash = "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8";
constexpr auto kAbcHash = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";

TEST(Checksum, IsBlake2bWith256Bits) {
  EXPECT_EQ(HashToHex(Blake2b256({})), kEmptyHash);
  EXPECT_EQ(HashToHex(Blake2b256(AsBytes("abc"))), kAbcHash);
}

TEST(Checksum, IsTheSameInPieces) {
  const std::string text(100'000, 'x');
  Blake2b256Stream stream;
  for (std::size_t at = 0; at < text.size(); at += 777) {
    stream.Update(AsBytes(std::string_view(text).substr(at, 777)));
  }
  EXPECT_EQ(stream.Finish(), Blake2b256(AsBytes(text)));
}

TEST(Checksum, ComesBackFromHex) { EXPECT_EQ(HashFromHex(kAbcHash), Blake2b256(AsBytes("abc"))); }

TEST(Checksum, RefusesHexThatIsCutTooLongOrGarbage) {
  const std::string hex = kAbcHash;
  std::string upper = hex;
  upper[0] = 'B';
  for (const std::string& text :
       {std::string(), hex.substr(1), hex + "0", upper, "g" + hex.substr(1)}) {
    ExpectError([&] { static_cast<void>(HashFromHex(text)); }, ExitCode::kCorrupt,
                "read a hash: expected 64 lower-case hex digits");
  }
}

}  // namespace
}  // namespace haul
