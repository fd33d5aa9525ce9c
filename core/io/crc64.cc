#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

// `crc` as it is between the two inversions.
std::uint64_t UpdateByTables(std::uint64_t crc, ByteView bytes) {
  while (bytes.size() >= kSlices) {
    const auto low = ReadLittleEndian<std::uint64_t>(bytes);
    const auto high = ReadLittleEndian<std::uint64_t>(bytes.subspan(8));
    crc = Slice(low ^ crc, 8) ^ Slice(high, 0);
    bytes = bytes.subspan(kSlices);
  }
  for (const std::uint8_t byte : bytes) crc = (crc >> 8) ^ kTables[0][(crc ^ byte) & 0xFF];
  return crc;
}

#if defined(__x86_64__)

constexpr std::uint64_t PowerOfX(std::size_t exponent) {
  std::uint64_t power = kOne;
  for (; exponent > 0; --exponent) power = (power >> 1) ^ ((power & 1) != 0 ? kPolynomial : 0);
  return power;
}

constexpr std::size_t kLanes = 4;
constexpr std::size_t kLaneBytes = sizeof(__m128i);
constexpr std::size_t kStrideBytes = kLanes * kLaneBytes;

// What moves 128 bits of the message so many bits further from its end: V. Gopal et al., "Fast CRC
// Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009. A product of two
// reflected numbers lacks one factor x.
struct Fold {
  std::uint64_t first;
  std::uint64_t second;
};
constexpr Fold FoldBy(std::size_t bits) { return {PowerOfX(bits + 63), PowerOfX(bits - 1)}; }
constexpr Fold kFoldStride = FoldBy(8 * kStrideBytes);
constexpr Fold kFoldLane = FoldBy(8 * kLaneBytes);

__attribute__((target("pclmul,sse4.1"))) __m128i Load(const std::uint8_t* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

__attribute__((target("pclmul,sse4.1"))) __m128i Advance(__m128i lane, Fold fold) {
  const __m128i by =
      _mm_set_epi64x(static_cast<std::int64_t>(fold.second), static_cast<std::int64_t>(fold.first));
  return _mm_xor_si128(_mm_clmulepi64_si128(lane, by, 0x00), _mm_clmulepi64_si128(lane, by, 0x11));
}

// Takes whole strides, at least one; `bytes` is left with the rest.
__attribute__((target("pclmul,sse4.1"))) std::uint64_t UpdateByFolding(std::uint64_t crc,
                                                                       ByteView& bytes) {
  __m128i lanes[kLanes];  // NOLINT(modernize-avoid-c-arrays): the type has alignment attributes
  for (std::size_t i = 0; i < kLanes; ++i) lanes[i] = Load(bytes.data() + i * kLaneBytes);
  lanes[0] = _mm_xor_si128(lanes[0], _mm_set_epi64x(0, static_cast<std::int64_t>(crc)));
  bytes = bytes.subspan(kStrideBytes);
  for (; bytes.size() >= kStrideBytes; bytes = bytes.subspan(kStrideBytes)) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      lanes[i] = _mm_xor_si128(Advance(lanes[i], kFoldStride), Load(bytes.data() + i * kLaneBytes));
    }
  }
  __m128i folded = lanes[0];
  for (std::size_t i = 1; i < kLanes; ++i) {
    folded = _mm_xor_si128(Advance(folded, kFoldLane), lanes[i]);
  }
  std::array<std::uint8_t, kLaneBytes> last;
  std::memcpy(last.data(), &folded, last.size());
  return UpdateByTables(0, last);
}

bool CanFold() {
  static const bool can = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  return can;
}

#endif

}  // namespace

std::uint64_t Crc64(ByteView bytes, std::uint64_t crc) {
  crc = ~crc;
#if defined(__x86_64__)
  if (bytes.size() >= kStrideBytes && CanFold()) crc = UpdateByFolding(crc, bytes);
#endif
  return ~UpdateByTables(crc, bytes);
}

std::uint64_t CombineCrc64(std::uint64_t first, std::uint64_t second, std::uint64_t second_bytes) {
  for (std::size_t i = 0; second_bytes != 0; ++i, second_bytes >>= 1) {
    if ((second_bytes & 1) != 0) first = MultiplyModulo(kSquares[i], first);
  }
  return first ^ second;
}

}  // namespace haul
