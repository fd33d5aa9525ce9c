#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/io/codec.h"
#include "core/storage/byte_source.h"

namespace haul {

/// What a source holds, unpacked, seen through a window that slides over it. Holds what was asked
/// for and half a MiB more, however much the source holds. One thread at a time.
class PlainWindow {
 public:
  struct Options {
    std::string name = {};  ///< for messages
    CodecId codec = CodecId::kNone;
    std::atomic<std::uint64_t>* stored_bytes_read = nullptr;  ///< grows with what was read
  };
  /// `source` must outlive it.
  PlainWindow(ByteSource& source, Options options);

  /// What is there and was not consumed.
  [[nodiscard]] ByteView unread() const { return plain_.view().subspan(plain_at_); }
  /// How many bytes were consumed: where unread() begins.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  void Consume(std::size_t size) {
    plain_at_ += size;
    offset_ += size;
  }
  /// Adds to unread() at least one byte, most often many; makes room for `wanted` more. False at
  /// the end. Error kCorrupt where the packed stream is damaged or cut, kLocalStorage.
  [[nodiscard]] bool Fill(std::size_t wanted);

  /// Error kCorrupt: "read NAME at byte N of the decompressed data: PROBLEM".
  [[noreturn]] void FailAt(std::uint64_t offset, std::string_view problem) const;

 private:
  [[nodiscard]] std::size_t FillDecoded(std::span<std::uint8_t> room);
  [[nodiscard]] bool ReadStored();
  [[nodiscard]] std::size_t ReadSource(std::span<std::uint8_t> room);
  [[nodiscard]] StreamDecoder::Progress Decode(std::span<std::uint8_t> room);

  ByteSource& source_;
  Options options_;
  std::unique_ptr<StreamDecoder> decoder_;  // null: the source is plain
  ByteBuffer stored_;
  std::size_t stored_at_ = 0;
  std::uint64_t source_at_ = 0;
  bool decoder_may_hold_more_ = false;
  ByteBuffer plain_;
  std::size_t plain_at_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace haul
