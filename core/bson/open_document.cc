#include "core/bson/open_document.h"

#include <array>

#include "core/bson/value_bytes.h"

namespace haul {
namespace {

constexpr std::uint8_t kEnd = 0;

}  // namespace

OpenDocument::OpenDocument(ByteBuffer& buffer) : buffer_(buffer), begin_(buffer.size()) {
  constexpr std::array<std::uint8_t, 4> kLength{};
  buffer_.Append(kLength);
}

void OpenDocument::BeginElement(BsonType type, std::string_view key) {
  const auto code = static_cast<std::uint8_t>(type);
  buffer_.Append({&code, 1});
  buffer_.Append(AsBytes(key));
  buffer_.Append({&kEnd, 1});
}

void OpenDocument::Append(std::string_view key, const Element& value) {
  BeginElement(value.type, key);
  buffer_.Append(value.value);
}

void OpenDocument::AppendText(std::string_view key, std::string_view text) {
  BeginElement(BsonType::kString, key);
  AppendStringBytes(text, buffer_);
}

void OpenDocument::AppendDocument(std::string_view key, ByteView document) {
  BeginElement(BsonType::kDocument, key);
  buffer_.Append(document);
}

void OpenDocument::End() {
  buffer_.Append({&kEnd, 1});
  const auto length = static_cast<std::uint32_t>(buffer_.size() - begin_);
  for (std::size_t i = 0; i < 4; ++i) {
    buffer_.data()[begin_ + i] = static_cast<std::uint8_t>(length >> (8 * i));
  }
}

}  // namespace haul
