#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/byte_buffer.h"

namespace haul {

/// A batch is closed when it holds this much; one document may exceed it.
inline constexpr std::size_t kBatchBytes = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t kBatchDocuments = 100'000;

/// Whole BSON documents, one after another in one buffer, as they came from their source: copied
/// once out of it, never decoded. Reused by the worker that owns it. Not thread-safe.
class Batch {
 public:
  void Clear() {
    bytes_.Clear();
    ends_.clear();
  }
  /// `document` is one whole document.
  void Append(ByteView document) {
    bytes_.Append(document);
    ends_.push_back(bytes_.size());
  }
  /// For documents that are built in place: whoever builds appends one whole document to the buffer
  /// and then says that it is there.
  [[nodiscard]] ByteBuffer& building() { return bytes_; }
  void Built() { ends_.push_back(bytes_.size()); }
  /// Takes over a buffer of whole documents; Error kCorrupt (with the offset) where it is not.
  void Adopt(ByteBuffer& documents);

  [[nodiscard]] bool empty() const { return ends_.empty(); }
  [[nodiscard]] std::size_t documents() const { return ends_.size(); }
  [[nodiscard]] ByteView bytes() const { return bytes_.view(); }
  [[nodiscard]] ByteView at(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return bytes_.view().subspan(begin, ends_[i] - begin);
  }
  [[nodiscard]] ByteView front() const { return at(0); }
  [[nodiscard]] ByteView back() const { return at(ends_.size() - 1); }
  /// Keeps the first `count` documents.
  void Truncate(std::size_t count);

 private:
  ByteBuffer bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace haul
