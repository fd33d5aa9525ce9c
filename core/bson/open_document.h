#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/bson/element.h"

namespace haul {

/// A document that is built in place at the end of a buffer, which must outlive it: its length is
/// filled in when it ends. A nested document is another OpenDocument between BeginElement and the
/// outer End.
class OpenDocument {
 public:
  explicit OpenDocument(ByteBuffer& buffer);

  /// Type and key; the caller appends the value to the buffer.
  void BeginElement(BsonType type, std::string_view key);
  void Append(std::string_view key, const Element& value);  ///< the value under another key
  void AppendText(std::string_view key, std::string_view text);
  void AppendDocument(std::string_view key, ByteView document);
  /// The element as it lies in its own document.
  void Append(const Element& element) { buffer_.Append(element.whole); }

  void End();

 private:
  ByteBuffer& buffer_;
  std::size_t begin_;
};

/// The name of an array's element: "0", "1", "2", ….
class ArrayKey {
 public:
  explicit ArrayKey(std::size_t index)
      : size_(static_cast<std::size_t>(
            std::to_chars(text_.data(), text_.data() + text_.size(), index).ptr - text_.data())) {}
  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 20> text_;  // NOLINT(*-member-init): written before it is read
  std::size_t size_;
};

}  // namespace haul
