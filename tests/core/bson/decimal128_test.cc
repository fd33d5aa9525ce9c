#include "core/bson/decimal128.h"

#include <bson/bson.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <string>

namespace haul {
namespace {

std::string Text(const bson_decimal128_t& decimal) {
  ByteBuffer out;
  JsonText json(out);
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), &decimal, bytes.size());
  AppendDecimal128(bytes, json);
  return std::string(AsText(out.view()));
}

std::string Text(std::uint64_t high, std::uint64_t low) {
  bson_decimal128_t decimal;
  decimal.high = high;
  decimal.low = low;
  return Text(decimal);
}

std::string TextOf(const char* text) {
  bson_decimal128_t decimal;
  EXPECT_TRUE(bson_decimal128_from_string(text, &decimal)) << text;
  return Text(decimal);
}

// The examples of the specification and of its corpus.
TEST(Decimal128, IsWrittenAsTheSpecificationHasIt) {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "-1",
                           "0.1",
                           "0.001234",
                           "123456789012",
                           "0.00123400000",
                           "0.1234567890123456789012345678901234",
                           "-0.0",
                           "0E+3",
                           "0E-6176",
                           "0E+6111",
                           "1E-6176",
                           "1E+3",
                           "1.050E+4",
                           "1.05E+3",
                           "105",
                           "-1.00E-8",
                           "0.000001",
                           "1E-7",
                           "0.000000",
                           "0E-7",
                           "9.999999999999999999999999999999999E+6144",
                           "1.000000000000000000000000000000000E+6144",
                           "1234567890123456789012345678901234",
                           "5192296858534827628530496329220095",
                           "5.192296858534827628530496329220096E+35",
                           "-123.400E-3",
                           "-100E-10"}) {
    const std::string expected = std::string(text) == "-123.400E-3" ? "-0.123400"
                                 : std::string(text) == "-100E-10"  ? "-1.00E-8"
                                                                    : text;
    EXPECT_EQ(TextOf(text), expected);
  }
}

TEST(Decimal128, WritesEveryNanAlikeAndInfinityWithItsSign) {
  EXPECT_EQ(Text(0x7C00000000000000, 0), "NaN");
  EXPECT_EQ(Text(0xFC00000000000000, 0), "NaN");
  EXPECT_EQ(Text(0x7E00000000000000, 18), "NaN");
  EXPECT_EQ(Text(0x7800000000000000, 0), "Infinity");
  EXPECT_EQ(Text(0xF800000000000000, 0), "-Infinity");
}

TEST(Decimal128, TakesACoefficientOfMoreThan34DigitsForZero) {
  EXPECT_EQ(Text(0x3041ED09BEAD87C0, 0x378D8E63FFFFFFFF), "9999999999999999999999999999999999");
  EXPECT_EQ(Text(0x3041ED09BEAD87C0, 0x378D8E6400000000), "0");
  EXPECT_EQ(Text(0xB041FFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF), "-0");
  EXPECT_EQ(Text(0x6C10000000000000, 0), "0");
}

TEST(Decimal128, AgreesWithLibbsonOnRandomNumbers) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    bson_decimal128_t decimal;
    // A coefficient below 2^112 and any exponent and sign.
    decimal.high = (random() & 0x8000FFFFFFFFFFFF) | (random() % 12'288 << 49);
    decimal.low = random() >> (random() % 64);
    if (round % 2 == 0) decimal.high &= ~0xFFFFFFFFFFFFU;
    std::array<char, BSON_DECIMAL128_STRING> expected{};
    bson_decimal128_to_string(&decimal, expected.data());
    ASSERT_EQ(Text(decimal), expected.data());
  }
}

}  // namespace
}  // namespace haul
