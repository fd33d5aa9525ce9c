#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "core/base/byte_buffer.h"

namespace haul {

/// Pieces of bytes that are written once and read back in their order: kept in memory, or in an
/// unnamed temporary file that vanishes with the spool. Movable. One thread.
class Spool {
 public:
  /// The file would lie in `directory`.
  explicit Spool(std::string directory) : directory_(std::move(directory)) {}

  /// `in_memory` false moves what is there into the file and keeps the pieces to come there too.
  /// Error kLocalStorage.
  void Append(ByteView piece, bool in_memory);

  /// Hands out every piece; a view holds during the call. Error kLocalStorage.
  void ForEach(const std::function<void(ByteView)>& take) const;

  [[nodiscard]] std::size_t bytes_in_memory() const { return memory_.size(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };

  void MoveToFile();

  std::string directory_;
  ByteBuffer memory_;  // pieces, each behind its length
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace haul
