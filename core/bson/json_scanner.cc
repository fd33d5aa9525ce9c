#include "core/bson/json_scanner.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/extended_json_wrapper.h"

namespace haul {
namespace {

void AppendUtf8(std::string& text, std::uint32_t point) {
  const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
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
}

BsonType AppendInteger(std::string& bson, std::int64_t integer) {
  using Int32 = std::numeric_limits<std::int32_t>;
  const bool small = integer >= Int32::min() && integer <= Int32::max();
  // Little-endian: the first four bytes of a small one are the int32.
  bson.append(reinterpret_cast<const char*>(&integer), small ? 4 : 8);
  return small ? BsonType::kInt32 : BsonType::kInt64;
}

}  // namespace

void JsonScanner::SkipSpace() {
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '\n') {
      ++line_;
    } else if (c == '/' && dialect_ == JsonDialect::kCommented && text_.substr(at_, 2) == "//") {
      // The line end itself is the next character to be looked at.
      at_ = text_.find('\n', at_);
      if (at_ == std::string_view::npos) at_ = text_.size();
      --at_;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      return;
    }
  }
}

char JsonScanner::Peek() const {
  if (AtEnd()) Fail("the text ends in the middle of the document");
  return text_[at_];
}

bool JsonScanner::Take(char c) {
  if (AtEnd() || text_[at_] != c) return false;
  ++at_;
  return true;
}

std::string JsonScanner::ReadName() {
  if (Peek() != '"') Fail("a field name in double quotes is expected");
  std::string name = ReadString();
  if (name.find('\0') != std::string::npos) Fail("a field name holds a NUL");
  return name;
}

BsonType JsonScanner::ReadScalar(std::string& bson) {
  switch (Peek()) {
    case '"':
      return ReadStringValue(bson);
    case 't':
      ReadWord("true");
      bson += '\1';
      return BsonType::kBool;
    case 'f':
      ReadWord("false");
      bson += '\0';
      return BsonType::kBool;
    case 'n':
      ReadWord("null");
      return BsonType::kNull;
    default:
      return ReadNumber(bson);
  }
}

BsonType JsonScanner::ReadStringValue(std::string& bson) {
  const std::string text = ReadString();
  const auto length = static_cast<std::int32_t>(text.size() + 1);
  bson.append(reinterpret_cast<const char*>(&length), sizeof length);
  bson += text;
  bson += '\0';
  return BsonType::kString;
}

std::string JsonScanner::ReadString() {
  std::string text;
  for (++at_; Peek() != '"';) {
    const std::size_t end = text_.find_first_of("\"\\", at_);
    if (end == std::string_view::npos) Fail("a string does not end");
    AppendPlain(text, text_.substr(at_, end - at_));
    at_ = end;
    if (text_[at_] == '\\') ReadEscape(text);
  }
  ++at_;
  return text;
}

void JsonScanner::AppendPlain(std::string& text, std::string_view plain) const {
  for (const char c : plain) {
    if (static_cast<std::uint8_t>(c) < 0x20) Fail("a string holds a raw control character");
  }
  if (!IsUtf8(plain)) Fail("a string is not UTF-8");
  text += plain;
}

void JsonScanner::ReadEscape(std::string& text) {
  ++at_;
  const char escape = Peek();
  ++at_;
  switch (escape) {
    case '"':
    case '\\':
    case '/':
      text += escape;
      return;
    case 'b':
      text += '\b';
      return;
    case 'f':
      text += '\f';
      return;
    case 'n':
      text += '\n';
      return;
    case 'r':
      text += '\r';
      return;
    case 't':
      text += '\t';
      return;
    case 'u':
      AppendUtf8(text, ReadCodePoint());
      return;
    default:
      Fail("a string holds an unknown escape");
  }
}

// Of one \uXXXX, or of two that are a surrogate pair.
std::uint32_t JsonScanner::ReadCodePoint() {
  const std::uint32_t first = ReadHex4();
  if (first < 0xD800 || first > 0xDFFF) return first;
  const bool pair = first <= 0xDBFF && text_.substr(at_, 2) == "\\u";
  if (pair) at_ += 2;
  const std::uint32_t second = pair ? ReadHex4() : 0;
  if (second < 0xDC00 || second > 0xDFFF) Fail("a string holds half of a surrogate pair");
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

std::uint32_t JsonScanner::ReadHex4() {
  std::uint32_t value = 0;
  const std::string_view hex = text_.substr(at_, 4);
  const auto read = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (hex.size() < 4 || read.ptr != hex.data() + 4) Fail("four hex digits are expected");
  at_ += 4;
  return value;
}

BsonType JsonScanner::ReadNumber(std::string& bson) {
  const std::size_t begin = at_;
  Take('-');
  if (!Take('0')) SkipDigits();
  const std::size_t whole_end = at_;
  if (Take('.')) SkipDigits();
  if (Take('e') || Take('E')) {
    if (!Take('+')) Take('-');
    SkipDigits();
  }
  const std::string_view number = text_.substr(begin, at_ - begin);
  std::int64_t integer = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), integer);
  if (at_ == whole_end && read.ec == std::errc()) return AppendInteger(bson, integer);
  const std::optional<double> real = ParseDouble(number);
  if (!real) Fail("a number is out of range");
  bson.append(reinterpret_cast<const char*>(&*real), sizeof *real);
  return BsonType::kDouble;
}

void JsonScanner::SkipDigits() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
  if (at_ == begin) Fail("a value is expected");
}

void JsonScanner::ReadWord(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) Fail("a value is expected");
  at_ += word.size();
}

void JsonScanner::Fail(std::string_view cause) const {
  const bool names_line = dialect_ == JsonDialect::kCommented;
  throw Error(ExitCode::kUsage, fmt::format("{} (at {} {})", cause, names_line ? "line" : "byte",
                                            names_line ? line_ : at_));
}

}  // namespace haul
