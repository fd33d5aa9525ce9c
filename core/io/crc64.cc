#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/io/checksum.h"
#include "core/io/little_endian.h"

namespace haul {
namespace {

constexpr std::uint64_t kPolynomial = 0xC96C5795D7870F42;
constexpr std::size_t kSlices = 16;

using Table = std::array<std::uint64_t, 256>;

// tables[k][b]: what byte b adds when k more bytes follow it.
constexpr std::array<Table, kSlices> MakeTables() {
  std::array<Table, kSlices> tables{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::uint64_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < kSlices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}
constexpr std::array<Table, kSlices> kTables = MakeTables();

// Polynomials over GF(2), bit 63 is x^0.
constexpr std::uint64_t kOne = std::uint64_t{1} << 63;

constexpr std::uint64_t MultiplyModulo(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  for (std::uint64_t power = kOne; power != 0; power >>= 1) {
    if ((a & power) != 0) product ^= b;
    b = (b >> 1) ^ ((b & 1) != 0 ? kPolynomial : 0);
  }
  return product;
}

// squares[i] = x^(8 * 2^i): what 2^i zero bytes multiply by.
constexpr std::array<std::uint64_t, 64> MakeSquares() {
  std::array<std::uint64_t, 64> squares{};
  squares[0] = kOne >> 8;
  for (std::size_t i = 1; i < squares.size(); ++i) {
    squares[i] = MultiplyModulo(squares[i - 1], squares[i - 1]);
  }
  return squares;
}
constexpr std::array<std::uint64_t, 64> kSquares = MakeSquares();

std::uint64_t Slice(std::uint64_t word, std::size_t followed_by) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    sum ^= kTables[followed_by + 7 - i][(word >> (8 * i)) & 0xFF];
  }
  return sum;
}

}  // namespace

std::uint64_t Crc64(ByteView bytes, std::uint64_t crc) {
  crc = ~crc;
  while (bytes.size() >= kSlices) {
    const auto low = ReadLittleEndian<std::uint64_t>(bytes);
    const auto high = ReadLittleEndian<std::uint64_t>(bytes.subspan(8));
    crc = Slice(low ^ crc, 8) ^ Slice(high, 0);
    bytes = bytes.subspan(kSlices);
  }
  for (const std::uint8_t byte : bytes) crc = (crc >> 8) ^ kTables[0][(crc ^ byte) & 0xFF];
  return ~crc;
}

std::uint64_t CombineCrc64(std::uint64_t first, std::uint64_t second, std::uint64_t second_bytes) {
  for (std::size_t i = 0; second_bytes != 0; ++i, second_bytes >>= 1) {
    if ((second_bytes & 1) != 0) first = MultiplyModulo(kSquares[i], first);
  }
  return first ^ second;
}

}  // namespace haul
