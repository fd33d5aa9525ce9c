#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"

namespace haul {

/// BLAKE2b with a 256-bit result (RFC 7693, libsodium's crypto_generichash without a key).
using Hash256 = std::array<std::uint8_t, 32>;

[[nodiscard]] Hash256 Blake2b256(ByteView bytes);
[[nodiscard]] std::string HashToHex(const Hash256& hash);
/// 64 lower-case hex digits; Error kCorrupt otherwise.
[[nodiscard]] Hash256 HashFromHex(std::string_view hex);

/// The same over bytes that come in pieces. Not thread-safe.
class Blake2b256Stream {
 public:
  Blake2b256Stream();
  void Update(ByteView bytes);
  [[nodiscard]] Hash256 Finish();  ///< once

 private:
  alignas(64) std::array<std::uint8_t, 384> state_;
};

/// CRC-64/XZ (reflected polynomial 0xC96C5795D7870F42, all ones before and after): what archives
/// keep of each namespace. `crc` is the one of the bytes before; 0 of none.
[[nodiscard]] std::uint64_t Crc64(ByteView bytes, std::uint64_t crc = 0);

/// The CRC of two runs of bytes one after another, from the CRC of each and the second one's
/// length: so that threads compute theirs side by side. Takes about a microsecond.
[[nodiscard]] std::uint64_t CombineCrc64(std::uint64_t first, std::uint64_t second,
                                         std::uint64_t second_bytes);

}  // namespace haul
