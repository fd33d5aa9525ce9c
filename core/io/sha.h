#pragma once

#include <array>
#include <cstdint>

#include "core/base/byte_buffer.h"

namespace haul {

/// FIPS 180-4, by OpenSSL. SHA-1 only where a format demands it: it proves nothing.
[[nodiscard]] std::array<std::uint8_t, 20> Sha1(ByteView bytes);
[[nodiscard]] std::array<std::uint8_t, 32> Sha256(ByteView bytes);

}  // namespace haul
