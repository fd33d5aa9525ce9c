#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/io/codec.h"
#include "core/plan/namespace.h"
#include "formats/manifest.h"

namespace haul {

/// The pieces of an archive (mongodump --archive), as formats/README.md lays them out: a prelude,
/// then blocks. Every function here turns bytes into values or back; none reads or writes.

inline constexpr std::array<std::uint8_t, 4> kArchiveMagic = {0x6D, 0xE2, 0x99, 0x81};
/// Ends the prelude and every block.
inline constexpr std::array<std::uint8_t, 4> kArchiveTerminator = {0xFF, 0xFF, 0xFF, 0xFF};

/// The namespace of the oplog in an archive; its blocks come last.
inline constexpr const char* kArchiveOplog = "oplog";

/// One namespace of the prelude.
struct ArchiveCollection {
  Namespace ns;  ///< the logical name: a time-series collection's blocks are system.buckets.X
  std::string metadata;  ///< the text of X.metadata.json; empty: none (oplog, users of a database)
  std::string type;      ///< "collection", "view", "timeseries", ""

  friend bool operator==(const ArchiveCollection&, const ArchiveCollection&) = default;
};

/// All that stands before the first block.
struct ArchivePrelude {
  std::int32_t concurrent_collections = 1;  ///< namespaces that are open at once, at most
  /// tool_version and server_version; where haul wrote it also what else is known at the start: id,
  /// started, options, consistency and the times and namespaces that belong to it. No end times.
  ManifestPart origin = {};
  /// What haul packed the whole archive with. Empty: another tool wrote it, and nothing vouches for
  /// the prelude.
  std::optional<CodecId> codec = {};
  std::vector<ArchiveCollection> collections = {};
};

/// Magic, header with the hash of all of it, entries, terminator. `codec` must be there. Error
/// kUnsupported for a name that is not UTF-8, kLimit for an entry of more than 16 MiB.
[[nodiscard]] ByteBuffer EncodeArchivePrelude(const ArchivePrelude& prelude);
/// `bytes` is all from the magic to the terminator. Error kCorrupt where a field is missing or of
/// another type, a namespace comes twice, or, where haul wrote it, any byte was altered;
/// kUnsupported for a newer format of haul's. Unknown fields are ignored.
[[nodiscard]] ArchivePrelude DecodeArchivePrelude(ByteView bytes);

/// The document that opens a block. `crc` is that of all documents of the namespace and stands in
/// the block that ends it, which holds none; in other blocks it is 0.
struct ArchiveBlockHeader {
  Namespace ns;
  bool end = false;
  std::uint64_t crc = 0;

  friend bool operator==(const ArchiveBlockHeader&, const ArchiveBlockHeader&) = default;
};

[[nodiscard]] ByteBuffer EncodeArchiveBlockHeader(const ArchiveBlockHeader& header);
/// Error kCorrupt for anything but the bytes that EncodeArchiveBlockHeader makes.
[[nodiscard]] ArchiveBlockHeader DecodeArchiveBlockHeader(ByteView document);

/// What follows a packed archive of haul's: so many bytes with this CRC-64 came before, the bytes
/// as they are stored. Decoders of the codec pass over it; empty for `none`.
[[nodiscard]] ByteBuffer EncodeArchiveSeal(CodecId codec, std::uint64_t stored_bytes,
                                           std::uint64_t crc);

}  // namespace haul
