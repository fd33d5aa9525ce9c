#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/io/checksum.h"

namespace haul {

/// No frame holds more BSON than this: a reader may allocate what an index says.
inline constexpr std::size_t kMaxFrameBytes = std::size_t{64} * 1024 * 1024;
/// An `_id` that is longer, with its type byte, is not kept.
inline constexpr std::size_t kMaxIndexedIdBytes = 256;

/// Where one frame of a data file lies and what it holds.
struct FrameEntry {
  std::uint64_t offset = 0;       ///< of its first stored byte in the file
  std::uint32_t stored_size = 0;  ///< bytes in the file
  std::uint32_t plain_size = 0;   ///< bytes of BSON
  std::uint32_t documents = 0;
  Hash256 hash{};  ///< BLAKE2b-256 of the stored bytes
  /// First and last `_id` as type byte + value bytes; empty unless the frame was read in `_id`
  /// order and both are at most kMaxIndexedIdBytes long.
  std::string first_id;
  std::string last_id;

  friend bool operator==(const FrameEntry&, const FrameEntry&) = default;
};

/// The entries as formats/README.md lays them out (offsets follow from the sizes and are not
/// stored). The same bytes stand in the index frame of a .zst file and in manifest.index. Error
/// kLimit where the index would not fit one skippable frame (4 GiB).
[[nodiscard]] ByteBuffer EncodeFrameIndex(std::span<const FrameEntry> frames);
/// Error kCorrupt for anything but one whole, unchanged index.
[[nodiscard]] std::vector<FrameEntry> DecodeFrameIndex(ByteView index);

/// What follows the data frames of a .bson.zst: the index as a skippable frame, then the seek table
/// of the Zstandard Seekable Format whose last entry is that index frame.
[[nodiscard]] ByteBuffer EncodeZstdTail(std::span<const FrameEntry> frames);

/// So many last bytes of a .bson.zst tell how long its tail is.
inline constexpr std::size_t kZstdFooterBytes = 17;
/// The length of the tail, from the file's last kZstdFooterBytes; nothing where they are not the
/// end of a seek table. May exceed the file: the caller compares.
[[nodiscard]] std::optional<std::uint64_t> ZstdTailSize(ByteView footer);
/// The frames that a tail lists, or nothing where it does not begin with an index frame (a seekable
/// file made by another tool). Error kCorrupt where a byte differs from EncodeZstdTail's.
[[nodiscard]] std::optional<std::vector<FrameEntry>> DecodeZstdTail(ByteView tail);

}  // namespace haul
