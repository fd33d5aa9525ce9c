#include "core/bson/json_escape.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace haul {
namespace {

constexpr std::size_t kUnitSize = 6;  // of \uXXXX

JsonEscape Problem(std::string_view problem, std::size_t size) {
  return {.problem = problem, .size = size};
}

JsonEscape Utf8(std::uint32_t point, std::size_t size) {
  JsonEscape escape{.size = size};
  const auto byte = [&](std::uint32_t value) {
    escape.utf8[escape.utf8_size++] = static_cast<char>(value);
  };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | (point >> 6));
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | (point >> 12));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | (point >> 18));
    byte(0x80 | ((point >> 12) & 0x3F));
    byte(0x80 | ((point >> 6) & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
  return escape;
}

// The value of XXXX behind the \u at `at`.
std::optional<std::uint32_t> Unit(std::string_view text, std::size_t at) {
  const std::string_view hex = text.substr(at + 2, 4);
  std::uint32_t value = 0;
  const auto read = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (hex.size() < 4 || read.ptr != hex.data() + 4) return std::nullopt;
  return value;
}

JsonEscape CodePoint(std::string_view text) {
  constexpr std::string_view kNoDigits = "four hex digits are expected";
  const std::optional<std::uint32_t> first = Unit(text, 0);
  if (!first) return Problem(kNoDigits, 2);
  if (*first < 0xD800 || *first > 0xDFFF) return Utf8(*first, kUnitSize);
  const bool pair = *first <= 0xDBFF && text.substr(kUnitSize, 2) == "\\u";
  const std::optional<std::uint32_t> second = pair ? Unit(text, kUnitSize) : 0;
  if (!second) return Problem(kNoDigits, kUnitSize + 2);
  if (*second < 0xDC00 || *second > 0xDFFF) {
    return Problem("a string holds half of a surrogate pair", pair ? 2 * kUnitSize : kUnitSize);
  }
  return Utf8(0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00), 2 * kUnitSize);
}

}  // namespace

JsonEscape ReadJsonEscape(std::string_view text) {
  if (text.size() < 2) return Problem("the text ends in the middle of the document", text.size());
  switch (text[1]) {
    case '"':
    case '\\':
    case '/':
      return Utf8(static_cast<std::uint8_t>(text[1]), 2);
    case 'b':
      return Utf8('\b', 2);
    case 'f':
      return Utf8('\f', 2);
    case 'n':
      return Utf8('\n', 2);
    case 'r':
      return Utf8('\r', 2);
    case 't':
      return Utf8('\t', 2);
    case 'u':
      return CodePoint(text);
    default:
      return Problem("a string holds an unknown escape", 2);
  }
}

}  // namespace haul
