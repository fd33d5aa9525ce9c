#include "core/bson/json_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <string>

#include "core/base/text.h"
#include "core/bson/base64.h"

namespace haul {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr std::uint64_t InEveryByte(std::uint8_t byte) { return 0x0101010101010101U * byte; }

// The top bit of each byte that is a control character, a quote, a backslash or above 0x7F. Bytes
// above one that is reported may be reported wrongly; the lowest is right (Mycroft's test).
std::uint64_t SpecialBytes(std::uint64_t word) {
  const std::uint64_t control = word - InEveryByte(0x20);
  const std::uint64_t quote = (word ^ InEveryByte('"')) - InEveryByte(1);
  const std::uint64_t backslash = (word ^ InEveryByte('\\')) - InEveryByte(1);
  return (word | control | quote | backslash) & InEveryByte(0x80);
}

bool IsSpecial(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

std::uint64_t LoadWord(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, kWord);
  return word;
}

// U+2028 and U+2029: JavaScript takes them for line ends.
bool IsLineSeparator(std::string_view sequence) {
  return sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9";
}

// The digits and the decimal exponent of a positive number: 12.5 is "125" and 1.
struct Decimal {
  std::array<char, 24> digits;
  std::size_t count = 0;
  int exponent = 0;
};

Decimal Shortest(double value) {
  std::array<char, 40> text;
  const char* const end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific)
          .ptr;
  const char* const e = std::find(static_cast<const char*>(text.data()), end, 'e');
  Decimal decimal;
  for (const char* at = text.data(); at != e; ++at) {
    if (*at != '.') decimal.digits[decimal.count++] = *at;
  }
  std::from_chars(e + (e[1] == '+' ? 2 : 1), end, decimal.exponent);
  return decimal;
}

void AppendDecimal(const Decimal& decimal, JsonText& json) {
  const std::string_view digits(decimal.digits.data(), decimal.count);
  const int exponent = decimal.exponent;
  if (exponent < -4 || exponent > 5) {
    json.Raw(digits.front());
    if (digits.size() > 1) json.Raw('.');
    json.Raw(digits.substr(1));
    json.Raw(exponent < 0 ? "E-" : "E+");
    if (std::abs(exponent) < 10) json.Raw('0');
    json.Integer(std::abs(exponent));
    return;
  }
  if (exponent < 0) {
    json.Raw(std::string_view("0.0000").substr(0, static_cast<std::size_t>(1 - exponent)));
    json.Raw(digits);
    return;
  }
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  json.Raw(digits.substr(0, whole));
  if (digits.size() <= whole) {
    json.Raw(std::string_view("00000").substr(0, whole - digits.size()));
    json.Raw(".0");
  } else {
    json.Raw('.');
    json.Raw(digits.substr(whole));
  }
}

void AppendPadded(std::int64_t value, std::size_t width, JsonText& json) {
  std::array<char, 8> digits;
  for (std::size_t i = width; i > 0; --i, value /= 10) {
    digits[i - 1] = static_cast<char>('0' + value % 10);
  }
  json.Raw({digits.data(), width});
}

}  // namespace

// Copies while nothing needs an escape and tells how far it came. Copies words, so that the room
// may hold a few bytes that do not count.
std::size_t JsonText::Plain(std::string_view text) {
  char* const to = Room(text.size() + kWord);
  std::size_t at = 0;
  for (; at + kWord <= text.size(); at += kWord) {
    const std::uint64_t word = LoadWord(text.data() + at);
    std::memcpy(to + at, &word, kWord);
    const std::uint64_t special = SpecialBytes(word);
    if (special == 0) continue;
    at += static_cast<std::size_t>(std::countr_zero(special)) / 8;
    Took(at);
    return at;
  }
  for (; at < text.size() && !IsSpecial(text[at]); ++at) to[at] = text[at];
  Took(at);
  return at;
}

void JsonText::Escape(char c) {
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  const std::size_t found = kShort.find(c);
  Raw('\\');
  if (found != std::string_view::npos) return Raw(kLetters[found]);
  Raw("u00");
  Hex(AsBytes({&c, 1}));
}

bool JsonText::String(std::string_view text) {
  Raw('"');
  for (;;) {
    text.remove_prefix(Plain(text));
    if (text.empty()) break;
    if (static_cast<std::uint8_t>(text.front()) < 0x80) {
      Escape(text.front());
      text.remove_prefix(1);
      continue;
    }
    const std::size_t size = Utf8SequenceSize(text);
    if (size == 0) return false;
    const std::string_view sequence = text.substr(0, size);
    if (IsLineSeparator(sequence)) {
      Raw(sequence.back() == '\xA8' ? "\\u2028" : "\\u2029");
    } else {
      Raw(sequence);
    }
    text.remove_prefix(size);
  }
  Raw('"');
  return true;
}

void JsonText::Integer(std::int64_t value) {
  constexpr std::size_t kMost = 20;
  char* const at = Room(kMost);
  Took(static_cast<std::size_t>(std::to_chars(at, at + kMost, value).ptr - at));
}

void JsonText::Double(double value) {
  constexpr double kSmallWhole = 1e6;
  if (std::isnan(value)) return Raw("NaN");
  if (std::signbit(value)) Raw('-');
  const double size = std::abs(value);
  if (std::isinf(size)) return Raw("Infinity");
  // Most doubles in data are small whole numbers; finding the shortest digits is expensive.
  if (size < kSmallWhole && size == std::floor(size)) {
    Integer(static_cast<std::int64_t>(size));
    return Raw(".0");
  }
  AppendDecimal(Shortest(size), *this);
}

void JsonText::Hex(ByteView bytes) {
  char* to = Room(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    *to++ = kHexDigits[byte >> 4];
    *to++ = kHexDigits[byte & 0xF];
  }
  Took(bytes.size() * 2);
}

void JsonText::Base64(ByteView bytes) {
  const std::size_t size = Base64Size(bytes.size());
  EncodeBase64(bytes, Room(size));
  Took(size);
}

void JsonText::IsoSeconds(std::int64_t milliseconds) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{
      std::chrono::milliseconds(milliseconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::int64_t of_day = (time - day).count();
  const auto field = [this](std::int64_t value, std::size_t width, char after) {
    AppendPadded(value, width, *this);
    Raw(after);
  };
  field(static_cast<int>(date.year()), 4, '-');
  field(static_cast<unsigned>(date.month()), 2, '-');
  field(static_cast<unsigned>(date.day()), 2, 'T');
  field(of_day / 3'600'000, 2, ':');
  field(of_day / 60'000 % 60, 2, ':');
  AppendPadded(of_day / 1000 % 60, 2, *this);
}

void JsonText::IsoFraction(std::int64_t milliseconds) {
  Raw('.');
  AppendPadded((milliseconds % 1000 + 1000) % 1000, 3, *this);
}

void JsonText::IsoDate(std::int64_t milliseconds) {
  IsoSeconds(milliseconds);
  if (milliseconds % 1000 != 0) IsoFraction(milliseconds);
  Raw('Z');
}

void JsonText::IsoDateWithMilliseconds(std::int64_t milliseconds) {
  IsoSeconds(milliseconds);
  IsoFraction(milliseconds);
  Raw('Z');
}

}  // namespace haul
