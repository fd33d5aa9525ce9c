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

namespace haul {
namespace {

constexpr int kMaxNesting = 1000;
constexpr std::size_t kMaxBson = std::numeric_limits<std::int32_t>::max();

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
  std::uint32_t ReadCodePoint() {
    const std::uint32_t first = ReadHex4();
    if (first < 0xD800 || first > 0xDFFF) return first;
    const bool pair = first <= 0xDBFF && text_.substr(at_, 2) == "\\u";
    if (pair) at_ += 2;
    const std::uint32_t second = pair ? ReadHex4() : 0;
    if (second < 0xDC00 || second > 0xDFFF) Fail("a string holds half of a surrogate pair");
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  }

  std::uint32_t ReadHex4() {
    std::uint32_t value = 0;
    const std::string_view hex = text_.substr(at_, 4);
    const auto read = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
    if (hex.size() < 4 || read.ptr != hex.data() + 4) Fail("four hex digits are expected");
    at_ += 4;
    return value;
  }

  BsonType ReadNumber() {
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
    if (at_ == whole_end && read.ec == std::errc()) return AppendInteger(integer);
    const std::optional<double> real = ParseDouble(number);
    if (!real) Fail("a number is out of range");
    bson_.append(reinterpret_cast<const char*>(&*real), sizeof *real);
    return BsonType::kDouble;
  }

  BsonType AppendInteger(std::int64_t integer) {
    using Int32 = std::numeric_limits<std::int32_t>;
    const bool small = integer >= Int32::min() && integer <= Int32::max();
    // Little-endian: the first four bytes of a small one are the int32.
    bson_.append(reinterpret_cast<const char*>(&integer), small ? 4 : 8);
    return small ? BsonType::kInt32 : BsonType::kInt64;
  }

  void SkipDigits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    if (at_ == begin) Fail("a value is expected");
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
