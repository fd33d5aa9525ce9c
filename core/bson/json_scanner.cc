#include "core/bson/json_scanner.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/json_escape.h"
#include "core/bson/json_number.h"
#include "core/bson/value_bytes.h"

namespace haul {
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
  bson += StringBytes(ReadString());
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
  const JsonEscape escape = ReadJsonEscape(text_.substr(at_));
  at_ += escape.size;
  if (!escape.problem.empty()) Fail(escape.problem);
  text += escape.bytes();
}

BsonType JsonScanner::ReadNumber(std::string& bson) {
  const JsonNumber number = ReadJsonNumber(text_.substr(at_));
  at_ += number.size;
  const auto append = [&](const auto& value, std::size_t size) {
    bson.append(reinterpret_cast<const char*>(&value), size);
  };
  switch (number.kind) {
    case JsonNumber::Kind::kInt32:
      // Little-endian: the first four bytes of a small one are the int32.
      append(number.integer, 4);
      return BsonType::kInt32;
    case JsonNumber::Kind::kInt64:
      append(number.integer, 8);
      return BsonType::kInt64;
    case JsonNumber::Kind::kDouble:
      append(number.real, 8);
      return BsonType::kDouble;
    case JsonNumber::Kind::kNone:
      Fail("a value is expected");
    case JsonNumber::Kind::kOutOfRange:
      break;
  }
  Fail("a number is out of range");
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
