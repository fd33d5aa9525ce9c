#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <utility>

#include "core/base/byte_buffer.h"
#include "core/storage/descriptor.h"

namespace haul {

/// Bytes kept aside on the disk until they can be appended elsewhere: a file without a name, gone
/// with the process. One thread at a time. Errors kLocalStorage.
class SpoolFile {
 public:
  explicit SpoolFile(const std::filesystem::path& directory);

  void Append(ByteView bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Exactly `length` bytes into the cleared buffer.
  void ReadAt(std::uint64_t offset, std::size_t length, ByteBuffer& bytes) const;

 private:
  std::filesystem::path directory_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

/// Pieces of bytes that are written once and read back in their order: kept in memory, or in a
/// SpoolFile. Movable. One thread.
class Spool {
 public:
  /// The file would lie in `directory`.
  explicit Spool(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// `in_memory` false moves what is there into the file and keeps the pieces to come there too.
  /// Error kLocalStorage.
  void Append(ByteView piece, bool in_memory);

  /// Hands out every piece; a view holds during the call. Error kLocalStorage.
  void ForEach(const std::function<void(ByteView)>& take) const;

  [[nodiscard]] std::size_t bytes_in_memory() const { return memory_.size(); }

 private:
  std::filesystem::path directory_;
  ByteBuffer memory_;  // pieces, each behind its length
  std::unique_ptr<SpoolFile> file_;
};

}  // namespace haul
