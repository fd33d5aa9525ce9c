#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/extended_json.h"
#include "core/bson/extended_json_wrapper.h"
#include "core/bson/json_escape.h"
#include "core/bson/json_number.h"

namespace haul {
namespace {

constexpr int kMaxNesting = 1000;
constexpr std::size_t kMaxBson = std::numeric_limits<std::int32_t>::max();

// Recursive descent over RFC 8259 that writes BSON as it goes; an object is written as a document
// and then, where it is a wrapper, replaced in place by the value that it stands for.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  std::string Read() {
    SkipSpace();
    if (at_ == text_.size()) Fail("there is no document");
    if (text_[at_] != '{') Fail("a document begins with '{'");
    ReadObject();
    SkipSpace();
    if (at_ != text_.size()) Fail("something follows the document");
    return std::move(bson_);
  }

 private:
  BsonType ReadValue() {
    SkipSpace();
    switch (Peek()) {
      case '{': {
        const std::size_t begin = bson_.size();
        ReadObject();
        return Unwrap(begin);
      }
      case '[':
        ReadArray();
        return BsonType::kArray;
      case '"':
        return ReadStringValue();
      case 't':
        ReadWord("true");
        bson_ += '\1';
        return BsonType::kBool;
      case 'f':
        ReadWord("false");
        bson_ += '\0';
        return BsonType::kBool;
      case 'n':
        ReadWord("null");
        return BsonType::kNull;
      default:
        return ReadNumber();
    }
  }

  void ReadObject() {
    const std::size_t begin = OpenDocument();
    if (!Take('}')) {
      do {
        SkipSpace();
        if (Peek() != '"') Fail("a field name in double quotes is expected");
        const std::string key = ReadString();
        if (key.find('\0') != std::string::npos) Fail("a field name holds a NUL");
        SkipSpace();
        if (!Take(':')) Fail("':' is expected after a field name");
        ReadField(key);
        SkipSpace();
      } while (Take(','));
      if (!Take('}')) Fail("',' or '}' is expected");
    }
    CloseDocument(begin);
  }

  void ReadArray() {
    const std::size_t begin = OpenDocument();
    if (!Take(']')) {
      std::size_t index = 0;
      do {
        ReadField(fmt::to_string(index++));
        SkipSpace();
      } while (Take(','));
      if (!Take(']')) Fail("',' or ']' is expected");
    }
    CloseDocument(begin);
  }

  void ReadField(std::string_view key) {
    const std::size_t type_at = bson_.size();
    bson_ += '\0';
    bson_ += key;
    bson_ += '\0';
    const BsonType type = ReadValue();
    bson_[type_at] = static_cast<char>(type);
  }

  // Past the bracket and the space behind it; room for the length.
  std::size_t OpenDocument() {
    if (++depth_ > kMaxNesting) Fail(fmt::format("more than {} levels of nesting", kMaxNesting));
    ++at_;
    SkipSpace();
    const std::size_t begin = bson_.size();
    bson_.append(4, '\0');
    return begin;
  }

  void CloseDocument(std::size_t begin) {
    --depth_;
    bson_ += '\0';
    if (bson_.size() - begin > kMaxBson) Fail("the document is larger than BSON can be");
    const auto length = static_cast<std::int32_t>(bson_.size() - begin);
    std::memcpy(bson_.data() + begin, &length, sizeof length);
  }

  BsonType Unwrap(std::size_t begin) {
    std::optional<WrappedValue> wrapped;
    try {
      wrapped = UnwrapExtended(AsBytes(std::string_view(bson_).substr(begin)));
    } catch (const Error& error) {
      Fail(error.message());
    }
    if (!wrapped) return BsonType::kDocument;
    bson_.resize(begin);
    bson_ += wrapped->bytes;
    return wrapped->type;
  }

  BsonType ReadStringValue() {
    const std::string text = ReadString();
    const auto length = static_cast<std::int32_t>(text.size() + 1);
    bson_.append(reinterpret_cast<const char*>(&length), sizeof length);
    bson_ += text;
    bson_ += '\0';
    return BsonType::kString;
  }

  std::string ReadString() {
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

  void AppendPlain(std::string& text, std::string_view plain) {
    for (const char c : plain) {
      if (static_cast<std::uint8_t>(c) < 0x20) Fail("a string holds a raw control character");
    }
    if (!IsUtf8(plain)) Fail("a string is not UTF-8");
    text += plain;
  }

  void ReadEscape(std::string& text) {
    const JsonEscape escape = ReadJsonEscape(text_.substr(at_));
    at_ += escape.size;
    if (!escape.problem.empty()) Fail(escape.problem);
    text += escape.bytes();
  }

  BsonType ReadNumber() {
    const JsonNumber number = ReadJsonNumber(text_.substr(at_));
    at_ += number.size;
    switch (number.kind) {
      case JsonNumber::Kind::kInt32:
        // Little-endian: the first four bytes of a small one are the int32.
        return AppendRaw(BsonType::kInt32, number.integer, 4);
      case JsonNumber::Kind::kInt64:
        return AppendRaw(BsonType::kInt64, number.integer, 8);
      case JsonNumber::Kind::kDouble:
        return AppendRaw(BsonType::kDouble, number.real, 8);
      case JsonNumber::Kind::kNone:
        Fail("a value is expected");
      case JsonNumber::Kind::kOutOfRange:
        Fail("a number is out of range");
    }
    return BsonType::kNull;
  }

  template <typename T>
  BsonType AppendRaw(BsonType type, T value, std::size_t size) {
    bson_.append(reinterpret_cast<const char*>(&value), size);
    return type;
  }

  void ReadWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) Fail("a value is expected");
    at_ += word.size();
  }

  void SkipSpace() {
    const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
    at_ = next == std::string_view::npos ? text_.size() : next;
  }

  [[nodiscard]] char Peek() const {
    if (at_ >= text_.size()) Fail("the text ends in the middle of the document");
    return text_[at_];
  }

  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  [[noreturn]] void Fail(std::string_view cause) const {
    throw Error(ExitCode::kUsage, fmt::format("{} (at byte {})", cause, at_));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string bson_;
  int depth_ = 0;
};

}  // namespace

Document ParseExtendedJson(std::string_view json, std::string_view what) {
  try {
    const std::string bson = JsonReader(json).Read();
    return Document(AsBytes(bson));
  } catch (const Error& error) {
    throw error.WithContext(fmt::format("parse {} as Extended JSON", what))
        .WithHint(
            "write strict JSON: names and strings in double quotes, {\"$oid\": \"...\"} and "
            "{\"$date\": \"...\"} for other types");
  }
}

}  // namespace haul
