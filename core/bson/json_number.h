#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace haul {

/// A number as RFC 8259 writes it, read as mongodump reads bare numbers.
struct JsonNumber {
  enum class Kind : std::uint8_t { kNone, kInt32, kInt64, kDouble, kOutOfRange };
  Kind kind = Kind::kNone;  ///< kNone: no number stands there
  std::size_t size = 0;     ///< bytes of text that it takes, or up to where none can go on
  std::int64_t integer = 0;
  double real = 0;
};

/// The number at the front of `text`, which may go on behind it. Whole numbers that no int64 holds
/// become the nearest double; what is closest to 0 becomes 0; beyond a double is kOutOfRange.
[[nodiscard]] JsonNumber ReadJsonNumber(std::string_view text);

}  // namespace haul
