#pragma once

#include <cstdint>

#include "core/base/byte_buffer.h"
#include "core/io/codec.h"
#include "core/storage/byte_source.h"

namespace haul {

/// The stored bytes of an archive on their way to whoever reads it, remembered as far as it takes
/// to check the seal at their end (formats/README.md). One thread at a time.
class SealedSource final : public ByteSource {
 public:
  /// `source` must outlive it.
  explicit SealedSource(ByteSource& source) : source_(source) {}

  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override;

  /// At the end: what was read last is the seal of all that was read before, or the codec has none.
  [[nodiscard]] bool Holds(CodecId codec) const;
  /// No seal will be asked for: saves the work.
  void Forget() { watches_ = false; }

 private:
  ByteSource& source_;
  bool watches_ = true;
  std::uint64_t size_ = 0;  // of what stands before tail_
  std::uint64_t crc_ = 0;
  ByteBuffer tail_;
};

}  // namespace haul
