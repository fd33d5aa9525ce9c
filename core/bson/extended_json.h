#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/bson/document.h"
#include "core/bson/element.h"
#include "core/bson/json_text.h"

namespace haul {

/// Canonical Extended JSON v2 of a document on one line without spaces, fields in their order,
/// exactly as mongodump writes metadata: numbers always wrapped, doubles in the shortest form that
/// reads back ("1.0", "1E+100", "-0.0", "NaN", "Infinity"), U+2028 and U+2029 escaped, no HTML
/// escaping. https://github.com/mongodb/specifications/blob/master/source/extended-json.rst Throws
/// Error kCorrupt for bytes that are not BSON and for strings that are not UTF-8, kLimit for
/// nesting deeper than 1,000: never a shortened or altered value.
[[nodiscard]] std::string ToCanonicalJson(ByteView document);

/// How Extended JSON is written where ToCanonicalJson() is not what is wanted.
struct JsonStyle {
  /// Numbers stand bare where JSON can hold them, and dates from 1970 to 9999 as ISO 8601.
  bool relaxed = false;
  /// Options of regular expressions in alphabetical order, as the specification has them.
  bool sort_regex_options = false;
};

/// Writes one document after another and keeps what it needs for that. Not thread-safe.
class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style = {}) : style_(style) {}

  /// Appends the document on one line without spaces, without a line end. Errors as
  /// ToCanonicalJson(); `out` is then as it was.
  void Append(ByteView document, ByteBuffer& out);

  /// Appends one value, of an array or document that somebody else owns; otherwise as Append().
  void AppendValue(const Element& element, ByteBuffer& out);

  /// True where the last document or value holds an object whose first field is named as a wrapper
  /// ("$oid"): the text is right, but a reader of Extended JSON takes it for another value.
  [[nodiscard]] bool reads_back_differently() const { return reads_back_differently_; }

 private:
  struct Level {
    ByteView document;
    std::size_t at;
    std::string_view closing;
    bool array;
  };

  void Open(ByteView document, bool array, std::string_view closing, JsonText& json);
  void Walk(JsonText& json);
  void Value(const Element& element, JsonText& json);
  void Date(std::int64_t milliseconds, JsonText& json) const;
  void Double(double value, JsonText& json) const;
  void Regex(std::string_view value, JsonText& json) const;
  void CodeWithScope(const Element& element, JsonText& json);

  JsonStyle style_;
  std::vector<Level> levels_;  // the nesting comes from data, so it is not the stack's
  bool reads_back_differently_ = false;
};

/// Extended JSON v2, canonical or relaxed, in the order written. Numbers without a wrapper become
/// int32, int64 or double as mongodump reads them. Throws Error kUsage with the cause; `what` names
/// the text in the message ("--query"). A $numberDecimal that overflows is an error, not NaN.
[[nodiscard]] Document ParseExtendedJson(std::string_view json, std::string_view what);

}  // namespace haul
