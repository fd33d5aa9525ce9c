#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "core/base/byte_buffer.h"

namespace haul {

/// Appends an unsigned number, lowest byte first, as every format that haul writes has it.
template <std::unsigned_integral T>
void AppendLittleEndian(ByteBuffer& bytes, T value) {
  const std::size_t at = bytes.size();
  bytes.Resize(at + sizeof(T));
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes.data()[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

/// The number at the front of `bytes`, which holds at least sizeof(T).
template <std::unsigned_integral T>
[[nodiscard]] T ReadLittleEndian(ByteView bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | static_cast<T>(static_cast<T>(bytes[i]) << (8 * i)));
  }
  return value;
}

}  // namespace haul
