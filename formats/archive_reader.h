#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/pipeline/batch.h"
#include "core/plan/collection_spec.h"
#include "core/storage/byte_source.h"
#include "formats/archive_format.h"
#include "formats/archive_seal.h"
#include "formats/dump_reader.h"
#include "formats/plain_window.h"

namespace haul {

/// One namespace that an archive declares in its prelude.
struct ArchiveMember {
  enum class Role : std::uint8_t { kCollection, kAdminData, kOplog };
  Role role = Role::kCollection;
  /// Its name as declared, and what its metadata say. A time-series collection is declared by its
  /// logical name.
  CollectionSpec spec;
  bool has_metadata = false;
  DumpedAdminData::Kind admin = DumpedAdminData::Kind::kUsers;  ///< kAdminData

  // As far as it has been read.
  bool begun = false;
  bool ended = false;  ///< its last block came and its CRC is right
  std::uint64_t documents = 0;
  std::uint64_t crc = 0;
};

/// An archive (formats/README.md) as a stream from its begin to its end, from a file or a pipe,
/// packed or not: the codec is told by its magic. Memory is a window and the caller's batch,
/// whatever the archive interleaves. One thread at a time.
///
/// Errors are kCorrupt, with byte and namespace, for all that is not exactly an archive: cut
/// anywhere, bytes left over, a namespace that is not declared, comes again after its end, never
/// comes or never ends, a CRC that does not match, documents out of range, names that no server
/// has. Of haul's own archives every byte is checked; of others' all but the prelude. kLimit for a
/// prelude that is larger than allowed; kLocalStorage. After an error it is only good for
/// destruction.
class ArchiveReader {
 public:
  struct Options {
    std::string name = {};                                    ///< for messages, escaped for display
    std::atomic<std::uint64_t>* stored_bytes_read = nullptr;  ///< grows with what was read
    std::size_t max_prelude_bytes = std::size_t{256} * 1024 * 1024;
  };
  /// True where what the source holds, unpacked, begins as an archive does.
  [[nodiscard]] static bool Recognises(ByteSource& source);

  /// Reads the prelude. `source` must outlive the reader.
  ArchiveReader(ByteSource& source, Options options);

  [[nodiscard]] const ArchivePrelude& prelude() const { return prelude_; }
  /// True where haul wrote it, so that a hash vouches for the prelude.
  [[nodiscard]] bool own() const { return prelude_.codec.has_value(); }
  [[nodiscard]] CodecId codec() const { return codec_; }
  [[nodiscard]] const std::vector<ArchiveMember>& members() const { return members_; }

  struct Piece {
    std::size_t member = 0;
    bool end = false;  ///< all of the member was handed out, and its CRC is right
  };
  /// The next documents, of one member, at least one, about kBatchBytes at most unless one alone is
  /// larger; or the end of a member, with `batch` empty. Nothing when the archive was read to its
  /// last byte and nothing is missing.
  [[nodiscard]] std::optional<Piece> Next(Batch& batch);
  /// The member whose block is being read. Where Next() has thrown, `batch` holds those whole
  /// documents of it that came before the fault and were not handed out.
  [[nodiscard]] std::optional<std::size_t> reading() const { return open_; }

 private:
  void ReadPrelude();
  [[nodiscard]] std::size_t MeasurePrelude();
  void AddMember(const ArchiveCollection& collection);
  void AddName(const Namespace& ns, std::size_t member);
  [[nodiscard]] bool AtTerminator();
  /// The document at the front, which is not consumed.
  [[nodiscard]] ByteView FrontDocument(std::size_t max_size);
  /// False at the end of the archive.
  [[nodiscard]] bool EnterBlock();
  [[nodiscard]] ArchiveBlockHeader ReadHeader();
  void EndMember();
  void ReadDocuments(Batch& batch);
  void CheckEnd() const;
  [[noreturn]] void Fail(std::string_view problem) const;

  Options options_;
  SealedSource sealed_;
  PeekedSource peeked_;
  CodecId codec_;
  PlainWindow window_;
  ArchivePrelude prelude_;
  std::vector<ArchiveMember> members_;
  std::map<Namespace, std::size_t> by_name_;  // as blocks name them
  std::optional<std::size_t> open_;           // the member whose block is being read
  bool ends_member_ = false;                  // that block is its last one
  bool over_ = false;
};

}  // namespace haul
