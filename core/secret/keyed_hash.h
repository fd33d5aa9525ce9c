#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"

namespace haul {

/// SHA-256 as 64 lower-case hex digits.
[[nodiscard]] std::string Sha256Hex(std::string_view text);

/// HMAC-SHA-256 (RFC 2104) under one key, prepared once. A value, overwritten when it is
/// destroyed; const use is thread-safe.
class KeyedHash {
 public:
  using Digest = std::array<std::uint8_t, 32>;
  static constexpr std::size_t kMinKeySize = 16;

  /// Throws Error kUsage for a key below 16 bytes; `what` names where it came from.
  [[nodiscard]] static KeyedHash FromKey(std::string_view key, std::string_view what);
  /// Under a key that nobody knows and that is the same for copies of this value only.
  [[nodiscard]] static KeyedHash Random();

  KeyedHash(const KeyedHash&) = default;
  KeyedHash& operator=(const KeyedHash&) = default;
  ~KeyedHash();

  /// Of `kind` and then `bytes`: equal bytes of different kinds have different digests.
  [[nodiscard]] Digest Of(std::uint8_t kind, ByteView bytes) const;

 private:
  explicit KeyedHash(std::string_view key);

  alignas(std::max_align_t) std::array<std::uint8_t, 256> state_{};
};

}  // namespace haul
