#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/byte_buffer.h"

namespace haul {

/// Appends pieces of JSON to a buffer that somebody else owns and that must outlive it. Made for
/// gigabytes: nothing is allocated but the buffer. Not thread-safe.
class JsonText {
 public:
  explicit JsonText(ByteBuffer& out) : out_(out) {}

  void Raw(std::string_view text) {
    if (text.empty()) return;
    char* const at = Room(text.size());
    std::memcpy(at, text.data(), text.size());
    Took(text.size());
  }
  void Raw(char c) {
    *Room(1) = c;
    Took(1);
  }

  /// In quotes and escaped as EscapeJson does it. False where `text` is not UTF-8: then what was
  /// appended is of no use.
  [[nodiscard]] bool String(std::string_view text);
  void Integer(std::int64_t value);
  /// As Go's strconv.FormatFloat(value, 'G', -1, 64), which the MongoDB tools write: the shortest
  /// digits that read back, an exponent where it is below -4 or above 5, and ".0" after a whole
  /// number. NaN, Infinity and -Infinity are these words.
  void Double(double value);
  /// Two lower-case digits a byte.
  void Hex(ByteView bytes);
  void Base64(ByteView bytes);
  /// "2024-05-06T07:08:09Z", with three more digits where the milliseconds are not 0. The year has
  /// four digits: from 0 to 9999.
  void IsoDate(std::int64_t milliseconds);
  /// The same with milliseconds always.
  void IsoDateWithMilliseconds(std::int64_t milliseconds);

 private:
  // The place for `size` more bytes, of which Took() makes as many part of the buffer.
  [[nodiscard]] char* Room(std::size_t size) {
    const std::size_t needed = out_.size() + size;
    if (needed > out_.capacity()) {
      out_.Reserve(needed > 2 * out_.capacity() ? needed : 2 * out_.capacity());
    }
    return reinterpret_cast<char*>(out_.data()) + out_.size();
  }
  void Took(std::size_t size) { out_.Resize(out_.size() + size); }

  [[nodiscard]] std::size_t Plain(std::string_view text);
  void Escape(char c);
  void IsoSeconds(std::int64_t milliseconds);
  void IsoFraction(std::int64_t milliseconds);

  ByteBuffer& out_;
};

/// How JSON is spread over lines.
struct JsonIndent {
  std::string_view step = "\t";  ///< before a line, once a level
  std::size_t level = 0;         ///< of the value itself; its first line gets no indent
};

/// Lays out JSON without spaces: a line a member, as Go's json.Indent; {} and [] stay together.
/// `json` is one whole value.
void AppendIndented(std::string_view json, ByteBuffer& out, JsonIndent indent = {});

}  // namespace haul
