#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace haul {

/// What a backslash in a JSON string stands for.
struct JsonEscape {
  std::string_view problem = {};  ///< empty: there is none
  std::size_t size = 0;  ///< bytes of text that it takes, or up to where the problem was seen
  std::array<char, 4> utf8 = {};
  std::size_t utf8_size = 0;

  [[nodiscard]] std::string_view bytes() const { return {utf8.data(), utf8_size}; }
};

/// Reads the escape at the front of `text`, which begins with a backslash and may go on behind it;
/// \uXXXX that is one half of a surrogate pair takes the other half with it.
[[nodiscard]] JsonEscape ReadJsonEscape(std::string_view text);

}  // namespace haul
