#include "core/bson/json_parser.h"

#include <fmt/format.h>

#include <cstring>
#include <span>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/bson_output.h"
#include "core/bson/element.h"
#include "core/bson/extended_json_wrapper.h"
#include "core/bson/framing.h"
#include "core/bson/json_escape.h"
#include "core/bson/json_number.h"
#include "core/bson/short_wrapper.h"
#include "core/bson/string_scan.h"

namespace haul {
namespace {

constexpr int kMaxNesting = 200;  // as ValidateDocument counts
// Wrappers are objects in the text and no documents in BSON; they nest in each other no deeper than
// in a document's scope.
constexpr int kMaxObjects = 3 * kMaxNesting;
// A wrapper's text may be longer than its value, so the limit of a document is no limit on the way.
constexpr std::size_t kMaxOnTheWay = 4 * kMaxDocumentSize;
constexpr std::size_t kWord = StringScan::kStep;

// What may follow a number or a word without a space; a quote would be no token there.
bool EndsToken(char c) {
  return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t' ||
         c == ':' || c == '{' || c == '[';
}

// Walks the tokens of one object and writes it behind `out`; recursion is bounded by kMaxObjects.
class ObjectReader {
 public:
  ObjectReader(std::string_view text, std::span<const std::uint32_t> tokens, std::size_t token,
               ByteBuffer& out)
      : text_(text), tokens_(tokens), token_(token), out_(out) {}

  bool Read() {
    if (Peek() != '{') return Fail("a document begins with '{'");
    if (!Object(false)) return false;
    if (out_.size() > kMaxDocumentSize) return FailAt(0, "the document is larger than 16 MiB");
    out_.Finish();
    return true;
  }
  void Undo() { out_.Undo(); }

  [[nodiscard]] std::size_t token() const { return token_; }
  [[nodiscard]] JsonProblem problem() const { return {cause_, at_}; }

 private:
  bool Value(std::size_t type_at) {
    switch (Peek()) {
      case '"':
        return String(type_at);
      case '{':
        if (ShortWrapper(type_at)) return true;
        unwrapped_ = BsonType::kDocument;
        if (!Object(true)) return false;
        out_.SetType(type_at, unwrapped_);
        return true;
      case '[':
        out_.SetType(type_at, BsonType::kArray);
        return Array();
      case 't':
        out_.Byte(1);
        return Word("true", BsonType::kBool, type_at);
      case 'f':
        out_.Byte(0);
        return Word("false", BsonType::kBool, type_at);
      case 'n':
        return Word("null", BsonType::kNull, type_at);
      default:
        return Number(type_at);
    }
  }

  // Leaves in unwrapped_ what it stands for.
  bool Object(bool nested) {
    const std::size_t token = token_++;
    const bool wrapper = nested && BeginsAsWrapper();
    if (!Enter(nested && !wrapper)) return false;
    const std::size_t begin = out_.OpenLength();
    bool more = Peek() != '}';
    while (more) {
      const std::size_t type_at = out_.at();
      if (!Name() || !Value(type_at) || !Continue('}', "',' or '}' is expected", more)) {
        return false;
      }
    }
    ++token_;
    out_.CloseDocument(begin);
    Leave(nested && !wrapper);
    unwrapped_ = BsonType::kDocument;
    return !wrapper || Unwrap(begin, token);
  }

  bool Array() {
    ++token_;
    if (!Enter(true)) return false;
    const std::size_t begin = out_.OpenLength();
    std::size_t index = 0;
    bool more = Peek() != ']';
    while (more) {
      const std::size_t type_at = out_.at();
      out_.IndexName(index++);
      if (!Value(type_at) || !Continue(']', "',' or ']' is expected", more)) return false;
    }
    ++token_;
    out_.CloseDocument(begin);
    Leave(true);
    return true;
  }

  // Behind a field: takes the comma, or leaves the bracket.
  bool Continue(char closing, std::string_view expected, bool& more) {
    if (out_.size() > kMaxOnTheWay) return Fail("the document is larger than 16 MiB");
    const char c = Peek();
    more = c == ',';
    if (more) ++token_;
    return more || c == closing || Fail(expected);
  }

  bool Enter(bool document) {
    if (document) ++levels_;
    if (levels_ <= kMaxNesting && ++objects_ <= kMaxObjects) return true;
    return Fail(fmt::format("more than {} levels of nesting", kMaxNesting));
  }
  void Leave(bool document) {
    if (document) --levels_;
    --objects_;
  }

  // Type, name and its end; the type is set with the value.
  bool Name() {
    if (Peek() != '"') return Fail("a field name in double quotes is expected");
    out_.Byte(0);
    const std::size_t name_at = out_.at();
    bool escaped = false;
    if (!StringBytes(escaped)) return false;
    // Only an escape can bring a NUL.
    if (escaped && AsText(out_.From(name_at)).find('\0') != std::string_view::npos) {
      return Fail("a field name holds a NUL");
    }
    out_.Byte(0);
    if (Peek() != ':') return Fail("':' is expected after a field name");
    ++token_;
    return true;
  }

  bool String(std::size_t type_at) {
    out_.SetType(type_at, BsonType::kString);
    const std::size_t length_at = out_.OpenLength();
    bool escaped = false;
    if (!StringBytes(escaped)) return false;
    out_.CloseString(length_at);
    return true;
  }

  // The content of the string that begins at the token, which the structure says is closed.
  bool StringBytes(bool& escaped) {
    const std::size_t token_at = tokens_[token_++];
    const char* from = text_.data() + token_at + 1;
    const char* const end = text_.data() + text_.size();
    std::uint8_t* const room = out_.Room(TokenAt(token_) - token_at + kWord);
    std::uint8_t* to = room;
    for (;;) {
      while (end - from >= static_cast<std::ptrdiff_t>(kWord)) {
        const std::uint64_t word = StringScan::Load(from);
        std::memcpy(to, &word, kWord);
        const std::size_t plain = StringScan::Find(word);
        from += plain;
        to += plain;
        if (plain != kWord) break;
      }
      while (*from != '"' && *from != '\\') *to++ = static_cast<std::uint8_t>(*from++);
      if (*from == '"') break;
      escaped = true;
      const std::size_t at = static_cast<std::size_t>(from - text_.data());
      const JsonEscape escape = ReadJsonEscape(text_.substr(at));
      if (!escape.problem.empty()) return FailAt(at + escape.size, escape.problem);
      std::memcpy(to, escape.utf8.data(), escape.utf8_size);
      to += escape.utf8_size;
      from += escape.size;
    }
    out_.Took(static_cast<std::size_t>(to - room));
    return true;
  }

  bool Word(std::string_view word, BsonType type, std::size_t type_at) {
    const std::size_t at = tokens_[token_];
    if (text_.substr(at, word.size()) != word) return Fail("a value is expected");
    out_.SetType(type_at, type);
    return EndValue(at + word.size());
  }

  bool Number(std::size_t type_at) {
    const std::size_t at = TokenAt(token_);
    if (at == text_.size()) return Fail("");
    const JsonNumber number = ReadJsonNumber(text_.substr(at));
    const std::size_t end = at + number.size;
    switch (number.kind) {
      case JsonNumber::Kind::kInt32:
        out_.SetType(type_at, BsonType::kInt32);
        out_.Raw(static_cast<std::int32_t>(number.integer));
        return EndValue(end);
      case JsonNumber::Kind::kInt64:
        out_.SetType(type_at, BsonType::kInt64);
        out_.Raw(number.integer);
        return EndValue(end);
      case JsonNumber::Kind::kDouble:
        out_.SetType(type_at, BsonType::kDouble);
        out_.Raw(number.real);
        return EndValue(end);
      case JsonNumber::Kind::kOutOfRange:
        return FailAt(end, "a number is out of range");
      case JsonNumber::Kind::kNone:
        break;
    }
    return FailAt(end, "a value is expected");
  }

  bool EndValue(std::size_t end) {
    ++token_;
    return end == text_.size() || EndsToken(text_[end]) || FailAt(end, "a value is expected");
  }

  [[nodiscard]] bool BeginsAsWrapper() const {
    if (Peek() != '"') return false;
    std::size_t at = tokens_[token_] + 1;
    if (text_[at] != '$' && text_[at] != '\\') return false;
    std::string name;
    while (text_[at] != '"') {
      const bool plain = text_[at] != '\\';
      const JsonEscape escape = plain ? JsonEscape{.size = 1} : ReadJsonEscape(text_.substr(at));
      if (!escape.problem.empty()) return false;
      name += plain ? text_.substr(at, 1) : escape.bytes();
      at += escape.size;
    }
    return IsWrapperName(name);
  }

  // {"$oid":"…"} and {"$date":{"$numberLong":"…"}}; true where it was such a one.
  bool ShortWrapper(std::size_t type_at) {
    const std::size_t first = TokenAt(token_ + 1);
    if (first + 1 >= text_.size() || text_[first] != '"' || text_[first + 1] != '$') return false;
    const bool in_date = Shape(token_ + 2, ":{\":\"}}") && Content(token_ + 1) == "$date" &&
                         Content(token_ + 4) == "$numberLong";
    if (!in_date && !Shape(token_ + 2, ":\"}")) return false;
    const std::size_t name = in_date ? token_ + 4 : token_ + 1;
    const std::string_view text = Content(name + 2);
    if (text.find('\\') != std::string_view::npos) return false;
    const std::optional<ShortValue> value = UnwrapShort(Content(name), text);
    if (!value) return false;
    out_.SetType(type_at, in_date ? BsonType::kDate : value->type);
    out_.Bytes(value->view());
    token_ += in_date ? 9 : 5;
    return true;
  }

  // The tokens from `token` on begin with these characters.
  [[nodiscard]] bool Shape(std::size_t token, std::string_view characters) const {
    if (tokens_.size() - token_ < token - token_ + characters.size()) return false;
    for (const char c : characters) {
      if (text_[tokens_[token++]] != c) return false;
    }
    return true;
  }

  // What stands between the quotes, still escaped. Behind the token comes another one.
  [[nodiscard]] std::string_view Content(std::size_t token) const {
    std::size_t end = tokens_[token + 1] - 1;
    while (text_[end] != '"') --end;
    return text_.substr(tokens_[token] + 1, end - tokens_[token] - 1);
  }

  bool Unwrap(std::size_t begin, std::size_t token) {
    try {
      const auto wrapped = UnwrapExtended(out_.From(begin));
      out_.Rewind(begin);
      out_.Bytes(AsBytes(wrapped->bytes));
      unwrapped_ = wrapped->type;
      return true;
    } catch (const Error& error) {
      return FailAt(tokens_[token], error.message());
    }
  }

  [[nodiscard]] std::size_t TokenAt(std::size_t token) const {
    return token < tokens_.size() ? tokens_[token] : text_.size();
  }
  // NUL at the end, as nothing else that may stand there.
  [[nodiscard]] char Peek() const {
    return token_ < tokens_.size() ? text_[tokens_[token_]] : '\0';
  }

  bool Fail(std::string_view cause) {
    const std::size_t at = TokenAt(token_);
    if (at == text_.size()) return FailAt(at, "the text ends in the middle of the document");
    return FailAt(at, cause);
  }
  bool FailAt(std::size_t at, std::string_view cause) {
    at_ = at;
    cause_ = cause;
    return false;
  }

  std::string_view text_;
  std::span<const std::uint32_t> tokens_;
  std::size_t token_;
  BsonOutput out_;
  BsonType unwrapped_ = BsonType::kDocument;
  int levels_ = 0;
  int objects_ = 0;
  std::string cause_;
  std::size_t at_ = 0;
};

std::size_t FirstNonUtf8(std::string_view text) {
  std::size_t at = 0;
  while (const std::size_t size = Utf8SequenceSize(text.substr(at))) at += size;
  return at;
}

// The first control character that JSON does not take for a space.
std::size_t FirstControl(std::string_view text) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (quoted && static_cast<std::uint8_t>(text[at]) < 0x20) return at;
    if (quoted && text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      quoted = !quoted;
    }
  }
  return text.size();
}

JsonParser::Problem Describe(JsonStructure::Fault fault, std::string_view text) {
  switch (fault) {
    case JsonStructure::Fault::kNone:
      return std::nullopt;
    case JsonStructure::Fault::kNotUtf8:
      return JsonProblem{"the text is not UTF-8", FirstNonUtf8(text)};
    case JsonStructure::Fault::kControlCharacter:
      return JsonProblem{"a string holds a raw control character", FirstControl(text)};
    case JsonStructure::Fault::kOpenString:
      return JsonProblem{"a string does not end", text.size()};
    case JsonStructure::Fault::kTooLarge:
      break;
  }
  return JsonProblem{"the text is too long", 0};
}

}  // namespace

std::string JsonProblem::ToString() const { return fmt::format("{} (at byte {})", cause, at); }

JsonParser::Problem JsonParser::Open(std::string_view text) {
  text_ = text;
  token_ = 0;
  return Describe(structure_.Find(text), text);
}

JsonParser::Problem JsonParser::Next(ByteBuffer& out) {
  ObjectReader reader(text_, structure_.tokens(), token_, out);
  if (!reader.Read()) {
    reader.Undo();
    return reader.problem();
  }
  token_ = reader.token();
  return std::nullopt;
}

JsonParser::Problem JsonParser::Parse(std::string_view text, ByteBuffer& out) {
  if (Problem problem = Open(text)) return problem;
  if (AtEnd()) return JsonProblem{"there is no document", text.size()};
  const std::size_t begin = out.size();
  if (Problem problem = Next(out)) return problem;
  if (AtEnd()) return std::nullopt;
  out.Resize(begin);
  return JsonProblem{"something follows the document", at()};
}

}  // namespace haul
