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

}  // namespace haul
