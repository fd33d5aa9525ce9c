#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"

namespace haul {

/// Values as they lie in a document after their type and key.

/// A number as it lies in memory: little-endian.
template <typename T>
[[nodiscard]] std::string NumberBytes(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

[[nodiscard]] inline std::string StringBytes(std::string_view text) {
  std::string bytes = NumberBytes(static_cast<std::int32_t>(text.size() + 1));
  bytes += text;
  bytes += '\0';
  return bytes;
}

/// The old subtype 2 has a second length inside.
[[nodiscard]] inline std::string BinaryBytes(std::uint8_t subtype, std::string_view payload) {
  constexpr std::uint8_t kOldBinary = 2;
  std::string inner;
  if (subtype == kOldBinary) inner = NumberBytes(static_cast<std::int32_t>(payload.size()));
  inner += payload;
  std::string bytes = NumberBytes(static_cast<std::int32_t>(inner.size()));
  bytes += static_cast<char>(subtype);
  bytes += inner;
  return bytes;
}

/// StringBytes(), behind what the buffer holds.
inline void AppendStringBytes(std::string_view text, ByteBuffer& out) {
  const auto length = static_cast<std::int32_t>(text.size() + 1);
  out.Append({reinterpret_cast<const std::uint8_t*>(&length), sizeof length});
  out.Append(AsBytes(text));
  constexpr std::uint8_t kEnd = 0;
  out.Append({&kEnd, 1});
}

}  // namespace haul
