#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/io/checksum.h"

namespace haul {
namespace {

std::string RandomText(std::size_t size) {
  std::mt19937_64 random(size);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

// Bit by bit, straight from the definition.
std::uint64_t SlowCrc64(std::string_view text) {
  std::uint64_t crc = ~std::uint64_t{0};
  for (const char c : text) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xC96C5795D7870F42 : 0);
    }
  }
  return ~crc;
}

TEST(Crc64, IsTheOneOfXz) {
  EXPECT_EQ(Crc64({}), 0U);
  EXPECT_EQ(Crc64(AsBytes("123456789")), 0x995DC9BBDF1939FAU);
  EXPECT_EQ(Crc64(AsBytes("This is a test of the emergency broadcast system.")),
            0x27DB187FC15BBC72U);
}

TEST(Crc64, IsTheSlowOneForEveryLengthAndAlignment) {
  const std::string text = RandomText(1000);
  for (std::size_t at = 0; at < 17; ++at) {
    for (std::size_t size = 0; size < 600; ++size) {
      const std::string_view piece = std::string_view(text).substr(at, size);
      ASSERT_EQ(Crc64(AsBytes(piece)), SlowCrc64(piece)) << at << " " << size;
    }
  }
}

TEST(Crc64, GoesOnWhereItStopped) {
  const std::string text = RandomText(1000);
  std::uint64_t crc = 0;
  for (std::size_t at = 0; at < text.size(); at += 7) {
    crc = Crc64(AsBytes(std::string_view(text).substr(at, 7)), crc);
  }
  EXPECT_EQ(crc, Crc64(AsBytes(text)));
}

TEST(Crc64, IsCombinedFromTwoParts) {
  const std::string text = RandomText(70'001);
  for (const std::size_t cut : {0UL, 1UL, 2UL, 255UL, 4096UL, 65'537UL, 70'000UL, 70'001UL}) {
    const std::string_view first = std::string_view(text).substr(0, cut);
    const std::string_view second = std::string_view(text).substr(cut);
    EXPECT_EQ(CombineCrc64(Crc64(AsBytes(first)), Crc64(AsBytes(second)), second.size()),
              Crc64(AsBytes(text)))
        << cut;
  }
}

TEST(Crc64, IsCombinedWithALengthThatNoMemoryHolds) {
  // A CRC is linear: the one of 2^40 zero bytes is found by doubling.
  std::uint64_t crc = Crc64(AsBytes(std::string_view("\0", 1)));
  for (int i = 0; i < 40; ++i) crc = CombineCrc64(crc, crc, std::uint64_t{1} << i);
  const std::uint64_t one = Crc64(AsBytes("x"));
  const std::uint64_t halves = CombineCrc64(CombineCrc64(one, 0, 0), crc, std::uint64_t{1} << 40);
  std::uint64_t half = Crc64(AsBytes(std::string_view("\0", 1)));
  for (int i = 0; i < 39; ++i) half = CombineCrc64(half, half, std::uint64_t{1} << i);
  const std::uint64_t steps =
      CombineCrc64(CombineCrc64(one, half, std::uint64_t{1} << 39), half, std::uint64_t{1} << 39);
  EXPECT_EQ(halves, steps);
}

}  // namespace
}  // namespace haul
