#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/bson/extended_json.h"
#include "core/bson/extended_json_wrapper.h"
#include "core/bson/json_scanner.h"

namespace haul {
namespace {

constexpr int kMaxNesting = 1000;
constexpr std::size_t kMaxBson = std::numeric_limits<std::int32_t>::max();

// Recursive descent over RFC 8259 that writes BSON as it goes; an object is written as a document
// and then, where it is a wrapper, replaced in place by the value that it stands for.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : scan_(text) {}

  std::string Read() {
    scan_.SkipSpace();
    if (scan_.AtEnd()) scan_.Fail("there is no document");
    if (scan_.Peek() != '{') scan_.Fail("a document begins with '{'");
    ReadObject();
    scan_.SkipSpace();
    if (!scan_.AtEnd()) scan_.Fail("something follows the document");
    return std::move(bson_);
  }

 private:
  BsonType ReadValue() {
    scan_.SkipSpace();
    switch (scan_.Peek()) {
      case '{': {
        const std::size_t begin = bson_.size();
        ReadObject();
        return Unwrap(begin);
      }
      case '[':
        ReadArray();
        return BsonType::kArray;
      default:
        return scan_.ReadScalar(bson_);
    }
  }

  void ReadObject() {
    const std::size_t begin = OpenDocument('{');
    if (!scan_.Take('}')) {
      do {
        scan_.SkipSpace();
        const std::string key = scan_.ReadName();
        scan_.SkipSpace();
        if (!scan_.Take(':')) scan_.Fail("':' is expected after a field name");
        ReadField(key);
        scan_.SkipSpace();
      } while (scan_.Take(','));
      if (!scan_.Take('}')) scan_.Fail("',' or '}' is expected");
    }
    CloseDocument(begin);
  }

  void ReadArray() {
    const std::size_t begin = OpenDocument('[');
    if (!scan_.Take(']')) {
      std::size_t index = 0;
      do {
        ReadField(fmt::to_string(index++));
        scan_.SkipSpace();
      } while (scan_.Take(','));
      if (!scan_.Take(']')) scan_.Fail("',' or ']' is expected");
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
  std::size_t OpenDocument(char bracket) {
    if (++depth_ > kMaxNesting) {
      scan_.Fail(fmt::format("more than {} levels of nesting", kMaxNesting));
    }
    scan_.Take(bracket);
    scan_.SkipSpace();
    const std::size_t begin = bson_.size();
    bson_.append(4, '\0');
    return begin;
  }

  void CloseDocument(std::size_t begin) {
    --depth_;
    bson_ += '\0';
    if (bson_.size() - begin > kMaxBson) scan_.Fail("the document is larger than BSON can be");
    const auto length = static_cast<std::int32_t>(bson_.size() - begin);
    std::memcpy(bson_.data() + begin, &length, sizeof length);
  }

  BsonType Unwrap(std::size_t begin) {
    std::optional<WrappedValue> wrapped;
    try {
      wrapped = UnwrapExtended(AsBytes(std::string_view(bson_).substr(begin)));
    } catch (const Error& error) {
      scan_.Fail(error.message());
    }
    if (!wrapped) return BsonType::kDocument;
    bson_.resize(begin);
    bson_ += wrapped->bytes;
    return wrapped->type;
  }

  JsonScanner scan_;
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
