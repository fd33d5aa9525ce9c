#include "core/transform/letter_case.h"

#include <array>
#include <clocale>
#include <cwctype>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

locale_t UnicodeLocale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (locale == nullptr) {
    throw Error(ExitCode::kUnsupported, "change letters: the system has no locale C.UTF-8",
                "install the package libc-bin, or leave out lower and upper");
  }
  return locale;
}

// The code point of one well-formed sequence.
std::uint32_t Decode(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(sequence[i]); };
  constexpr std::array<std::uint32_t, 5> kFirstBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  std::uint32_t point = byte(0) & kFirstBits[sequence.size()];
  for (std::size_t i = 1; i < sequence.size(); ++i) point = (point << 6) | (byte(i) & 0x3F);
  return point;
}

void Encode(std::uint32_t point, std::string& out) {
  const auto rest = [&](unsigned shift) {
    out += static_cast<char>(0x80 | ((point >> shift) & 0x3F));
  };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | (point >> 6));
    rest(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | (point >> 12));
    rest(6);
    rest(0);
  } else {
    out += static_cast<char>(0xF0 | (point >> 18));
    rest(12);
    rest(6);
    rest(0);
  }
}

template <typename Ascii, typename Wide>
std::string MapLetters(std::string_view text, Ascii ascii, Wide wide) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = Utf8SequenceSize(text);
    if (size <= 1) {
      out += size == 1 ? ascii(text.front()) : text.front();
      text.remove_prefix(1);
      continue;
    }
    Encode(wide(Decode(text.substr(0, size))), out);
    text.remove_prefix(size);
  }
  return out;
}

// How many bytes of white space stand at the front.
std::size_t SpaceAtFront(std::string_view text) {
  if (text.empty()) return 0;
  const char c = text.front();
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  const std::size_t size = Utf8SequenceSize(text);
  if (size < 2) return 0;
  const std::uint32_t point = Decode(text.substr(0, size));
  const bool space = point == 0x85 || point == 0xA0 || point == 0x1680 ||
                     (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
                     point == 0x202F || point == 0x205F || point == 0x3000;
  return space ? size : 0;
}

std::size_t SpaceAtBack(std::string_view text) {
  for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
    if (SpaceAtFront(text.substr(text.size() - size)) == size) return size;
  }
  return 0;
}

}  // namespace

std::string Trimmed(std::string_view text) {
  while (const std::size_t size = SpaceAtFront(text)) text.remove_prefix(size);
  while (const std::size_t size = SpaceAtBack(text)) text.remove_suffix(size);
  return std::string(text);
}

std::string LowerCase(std::string_view text) {
  return MapLetters(
      text, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; },
      [](wint_t c) { return towlower_l(c, UnicodeLocale()); });
}

std::string UpperCase(std::string_view text) {
  return MapLetters(
      text, [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; },
      [](wint_t c) { return towupper_l(c, UnicodeLocale()); });
}

}  // namespace haul
