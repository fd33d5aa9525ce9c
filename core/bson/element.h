#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/bson/timestamp.h"

namespace haul {

/// BSON element types, https://bsonspec.org/spec.html.
enum class BsonType : std::uint8_t {
  kDouble = 0x01,
  kString = 0x02,
  kDocument = 0x03,
  kArray = 0x04,
  kBinary = 0x05,
  kUndefined = 0x06,
  kObjectId = 0x07,
  kBool = 0x08,
  kDate = 0x09,
  kNull = 0x0A,
  kRegex = 0x0B,
  kDbPointer = 0x0C,
  kCode = 0x0D,
  kSymbol = 0x0E,
  kCodeWithScope = 0x0F,
  kInt32 = 0x10,
  kTimestamp = 0x11,
  kInt64 = 0x12,
  kDecimal128 = 0x13,
  kMinKey = 0xFF,
  kMaxKey = 0x7F,
};

/// One element inside a document that somebody else owns.
struct Element {
  BsonType type = BsonType::kNull;
  std::string_view key;
  ByteView value;  ///< the bytes after the key, as they lie in the document
  ByteView whole;  ///< type, key and value

  /// Each answers nothing where the type is another.
  [[nodiscard]] std::optional<std::string_view> AsString() const;
  [[nodiscard]] std::optional<ByteView> AsDocument() const;     ///< document or array
  [[nodiscard]] std::optional<bool> AsBool() const;             ///< bool, or a number other than 0
  [[nodiscard]] std::optional<std::int64_t> AsInteger() const;  ///< int32, int64, whole double
  [[nodiscard]] std::optional<double> AsDouble() const;         ///< any of the three number types
  [[nodiscard]] std::optional<Timestamp> AsTimestamp() const;
};

/// Walks the elements of one document, every length checked against the bytes that are there;
/// nested documents are stepped over, not entered. The document's bytes must outlive the walk.
/// Throws Error kCorrupt ("element 'x' at byte 12 ends after its document").
class ElementWalk {
 public:
  /// `document` holds at least its own five bytes and is exactly as long as its length says.
  explicit ElementWalk(ByteView document);

  /// The next element, or nothing after the last.
  [[nodiscard]] std::optional<Element> Next();

 private:
  ByteView document_;
  std::size_t at_;
};

/// The first top-level element with that name, or nothing.
[[nodiscard]] std::optional<Element> FindElement(ByteView document, std::string_view key);
/// The document or array of that name, a view into the outer one; nothing where there is none.
[[nodiscard]] std::optional<ByteView> FindDocument(ByteView document, std::string_view key);
/// The string of that name, a view into the document; empty where there is none or it is no string.
[[nodiscard]] std::string_view FindString(ByteView document, std::string_view key);

}  // namespace haul
