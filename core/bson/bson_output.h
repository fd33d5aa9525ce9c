#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/base/byte_buffer.h"
#include "core/bson/element.h"

namespace haul {

/// BSON that is written behind what a buffer holds: made for gigabytes of small values. The buffer
/// is given back in its right size by Finish() or Undo(); in between it is of no use to others.
class BsonOutput {
 public:
  explicit BsonOutput(ByteBuffer& buffer)
      : buffer_(buffer), begin_(buffer.size()), at_(buffer.size()) {}

  /// Where the next byte goes, and how many were written.
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::size_t size() const { return at_ - begin_; }
  /// What was written from `begin` on; valid until the next byte.
  [[nodiscard]] ByteView From(std::size_t begin) const {
    return buffer_.view().subspan(begin, at_ - begin);
  }
  /// What was written from `begin` on is forgotten.
  void Rewind(std::size_t begin) { at_ = begin; }

  /// A place for `size` bytes, of which Took() makes as many part of the output.
  [[nodiscard]] std::uint8_t* Room(std::size_t size) {
    if (at_ + size > buffer_.size()) Grow(size);
    return buffer_.data() + at_;
  }
  void Took(std::size_t size) { at_ += size; }

  void Byte(std::uint8_t value) {
    *Room(1) = value;
    ++at_;
  }
  void Bytes(ByteView bytes) {
    std::copy(bytes.begin(), bytes.end(), Room(bytes.size()));
    at_ += bytes.size();
  }
  /// A number as it lies in memory: little-endian.
  template <typename T>
  void Raw(T value) {
    std::memcpy(Room(sizeof value), &value, sizeof value);
    at_ += sizeof value;
  }

  /// Room for a length, which Close… fills in; the result is for that.
  [[nodiscard]] std::size_t OpenLength() {
    const std::size_t length_at = at_;
    Raw(std::uint32_t{0});
    return length_at;
  }
  /// The end of a document: its length counts itself.
  void CloseDocument(std::size_t length_at) {
    Byte(0);
    SetLength(length_at, at_ - length_at);
  }
  /// The end of a string: its length counts the NUL, but not itself.
  void CloseString(std::size_t length_at) {
    Byte(0);
    SetLength(length_at, at_ - length_at - sizeof(std::uint32_t));
  }

  /// An array's field name, with a type before it that is set later.
  void IndexName(std::size_t index) {
    constexpr std::size_t kMost = 24;
    auto* const digits = reinterpret_cast<char*>(Room(kMost)) + 1;
    char* const end = std::to_chars(digits, digits + kMost - 2, index).ptr;
    *end = '\0';
    at_ += static_cast<std::size_t>(end - digits) + 2;
  }
  void SetType(std::size_t type_at, BsonType type) {
    buffer_.data()[type_at] = static_cast<std::uint8_t>(type);
  }

  void Finish() { buffer_.Resize(at_); }
  void Undo() { buffer_.Resize(begin_); }

 private:
  void Grow(std::size_t size) {
    constexpr std::size_t kAtLeast = 4096;
    buffer_.Resize(std::max(at_ + size + kAtLeast, buffer_.capacity()));
  }
  void SetLength(std::size_t length_at, std::size_t length) {
    const auto value = static_cast<std::uint32_t>(length);
    std::memcpy(buffer_.data() + length_at, &value, sizeof value);
  }

  ByteBuffer& buffer_;
  const std::size_t begin_;
  std::size_t at_;
};

}  // namespace haul
