#pragma once

#include <bson/bson.h>

#include <utility>

#include "core/base/byte_buffer.h"

namespace haul {

/// One owned BSON document, for the small ones (options, index specifications, commands). Data
/// documents never become one of these: they stay bytes in a Batch. Move-only; not thread-safe.
class Document {
 public:
  Document();                         ///< {}
  explicit Document(ByteView bytes);  ///< a checked copy; Error kCorrupt where it is not BSON
  explicit Document(const bson_t* document);  ///< a copy

  Document(Document&& other) noexcept : bson_(std::exchange(other.bson_, nullptr)) {}
  Document& operator=(Document&& other) noexcept {
    std::swap(bson_, other.bson_);
    return *this;
  }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document() { bson_destroy(bson_); }

  [[nodiscard]] Document Clone() const { return Document(bson()); }

  [[nodiscard]] ByteView bytes() const;
  [[nodiscard]] bool empty() const { return bytes().size() == 5; }
  /// For libbson and libmongoc; the mutable form is how a document is built.
  [[nodiscard]] const bson_t* bson() const { return bson_; }
  [[nodiscard]] bson_t* bson() { return bson_; }

  /// Raw bytes equal: values, types and the order of fields.
  friend bool operator==(const Document& a, const Document& b) {
    return AsText(a.bytes()) == AsText(b.bytes());
  }

 private:
  bson_t* bson_ = nullptr;  // null only once moved from
};

/// A bson_t over bytes that somebody else owns and that must outlive it. Throws Error kCorrupt
/// where the length does not fit.
[[nodiscard]] bson_t BorrowBson(ByteView document);

}  // namespace haul
