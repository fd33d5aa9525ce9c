#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace haul {

/// Eight bytes of text at a time: where the next '"' or '\\' stands in them.
struct StringScan {
  static constexpr std::size_t kStep = sizeof(std::uint64_t);

  /// The offset of the first quote or backslash among the `kStep` bytes of `word`, or kStep.
  [[nodiscard]] static std::size_t Find(std::uint64_t word) {
    const std::uint64_t quote = word ^ InEveryByte('"');
    const std::uint64_t backslash = word ^ InEveryByte('\\');
    const std::uint64_t found =
        (((quote - InEveryByte(1)) & ~quote) | ((backslash - InEveryByte(1)) & ~backslash)) &
        InEveryByte(0x80);
    return found == 0 ? kStep : static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  [[nodiscard]] static std::uint64_t Load(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, kStep);
    return word;
  }

 private:
  static constexpr std::uint64_t InEveryByte(std::uint8_t byte) {
    return 0x0101010101010101U * byte;
  }
};

/// Behind the closing quote of the JSON string whose content begins at `at`; npos where the text
/// ends before.
[[nodiscard]] inline std::size_t JsonStringEnd(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    if (at + StringScan::kStep <= text.size()) {
      const std::size_t plain = StringScan::Find(StringScan::Load(text.data() + at));
      at += plain;
      if (plain == StringScan::kStep) continue;
    }
    if (text[at] == '"') return at + 1;
    at += text[at] == '\\' ? 2U : 1U;
  }
  return std::string_view::npos;
}

}  // namespace haul
