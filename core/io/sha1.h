#pragma once

#include <array>
#include <cstdint>

#include "core/base/byte_buffer.h"

namespace haul {

/// SHA-1 (FIPS 180-4, by OpenSSL), for names that a format makes so: it proves nothing.
[[nodiscard]] std::array<std::uint8_t, 20> Sha1(ByteView bytes);

}  // namespace haul
