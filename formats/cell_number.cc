#include "formats/cell_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace haul {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return Lower(a) == b; });
}

bool IsDigit(char c, bool hex) {
  return (c >= '0' && c <= '9') || (hex && Lower(c) >= 'a' && Lower(c) <= 'f');
}

// Each underscore stands between two digits, or between 0x and a digit.
bool UnderscoresAreRight(std::string_view text, bool hex) {
  bool digit_before = hex;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit_behind = i + 1 < text.size() && IsDigit(text[i + 1], hex);
    if (text[i] == '_' && !(digit_before && digit_behind)) return false;
    digit_before = IsDigit(text[i], hex);
  }
  return true;
}

std::size_t SkipDigits(std::string_view text, std::size_t& at, bool hex) {
  const std::size_t begin = at;
  while (at < text.size() && IsDigit(text[at], hex)) ++at;
  return at - begin;
}

// Digits with a point anywhere, then an exponent, which only hexadecimal must have.
bool IsLiteral(std::string_view text, bool hex) {
  std::size_t at = 0;
  std::size_t digits = SkipDigits(text, at, hex);
  if (at < text.size() && text[at] == '.') digits += SkipDigits(text, ++at, hex);
  if (digits == 0) return false;
  if (at == text.size()) return !hex;
  if (Lower(text[at++]) != (hex ? 'p' : 'e')) return false;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  return SkipDigits(text, at, false) > 0 && at == text.size();
}

std::optional<double> Literal(std::string_view text, bool hex) {
  if (!IsLiteral(text, hex)) return std::nullopt;
  double value = 0;
  const auto format = hex ? std::chars_format::hex : std::chars_format::general;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (read.ec == std::errc()) return value;
  // Too large and too small are one code; strtod tells them apart and gives what is closest to 0.
  value = std::strtod(((hex ? "0x" : "") + std::string(text)).c_str(), nullptr);
  if (std::isinf(value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int64_t> ParseCellInteger(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

std::optional<double> ParseCellDouble(std::string_view text) {
  if (EqualsIgnoringCase(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::optional<double> value;
  if (EqualsIgnoringCase(text, "inf") || EqualsIgnoringCase(text, "infinity")) {
    value = std::numeric_limits<double>::infinity();
  } else if (!text.empty() && (IsDigit(text[0], false) || text[0] == '.')) {
    const bool hex = text.size() > 2 && text[0] == '0' && Lower(text[1]) == 'x';
    if (hex) text.remove_prefix(2);
    if (text.find('_') == std::string_view::npos) {
      value = Literal(text, hex);
    } else if (UnderscoresAreRight(text, hex)) {
      std::string plain(text);
      std::erase(plain, '_');
      value = Literal(plain, hex);
    }
  }
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

}  // namespace haul
