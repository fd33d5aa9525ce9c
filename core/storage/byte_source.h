#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/base/byte_buffer.h"
#include "core/storage/local.h"

namespace haul {

/// Bytes one after another, read once from begin to end. One thread at a time.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  /// At least one byte into the front of `bytes`, which is not empty; 0 only at the end. May wait
  /// for whoever writes. Error kLocalStorage.
  [[nodiscard]] virtual std::size_t Read(std::span<std::uint8_t> bytes) = 0;
};

/// A file from its begin. The reader must outlive the source.
class LocalFileSource final : public ByteSource {
 public:
  explicit LocalFileSource(const LocalFileReader& file) : file_(file) {}
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override;

 private:
  const LocalFileReader& file_;
  std::uint64_t at_ = 0;
};

/// Anything that has a name, read once: a file, a named pipe, a device; "-" is standard input.
class OpenedSource final : public ByteSource {
 public:
  /// Error kLocalStorage. Opening a named pipe waits for whoever writes.
  explicit OpenedSource(const std::filesystem::path& path);
  ~OpenedSource() override;
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override;
  /// False for what cannot be read a second time.
  [[nodiscard]] bool regular_file() const { return regular_file_; }

 private:
  std::filesystem::path path_;
  int fd_ = -1;
  bool regular_file_ = false;
};

/// Another source whose next bytes can be looked at before they are read.
class PeekedSource final : public ByteSource {
 public:
  /// `source` must outlive this.
  explicit PeekedSource(ByteSource& source) : source_(source) {}
  /// The next `size` bytes; fewer only where the source ends. Valid until the next call of
  /// anything.
  [[nodiscard]] ByteView Peek(std::size_t size);
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override;

 private:
  ByteSource& source_;
  ByteBuffer peeked_;
  std::size_t at_ = 0;  // of the first peeked byte that was not read
};

}  // namespace haul
