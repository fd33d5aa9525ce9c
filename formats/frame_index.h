#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/io/checksum.h"

namespace haul {

/// Where one frame of a data file lies and what it holds.
struct FrameEntry {
  std::uint64_t offset = 0;       ///< of its first stored byte in the file
  std::uint32_t stored_size = 0;  ///< bytes in the file
  std::uint32_t plain_size = 0;   ///< bytes of BSON
  std::uint32_t documents = 0;
  Hash256 hash{};                 ///< BLAKE2b-256 of the stored bytes
  /// First and last `_id` as type byte + value bytes; empty unless the frame was read in `_id` order
  /// and both are at most 256 bytes long.
  std::string first_id;
  std::string last_id;
};

/// The entries as formats/README.md lays them out (offsets follow from the sizes and are not stored).
/// The same bytes stand in the index frame of a .zst file and in manifest.index.
[[nodiscard]] ByteBuffer EncodeFrameIndex(std::span<const FrameEntry> frames);
/// Error kCorrupt for anything but one whole index.
[[nodiscard]] std::vector<FrameEntry> DecodeFrameIndex(ByteView index);

/// What follows the data frames of a .bson.zst: the index as a skippable frame, then the seek table of
/// the Zstandard Seekable Format whose last entry is that index frame.
[[nodiscard]] ByteBuffer EncodeZstdTail(std::span<const FrameEntry> frames);

}  // namespace haul
