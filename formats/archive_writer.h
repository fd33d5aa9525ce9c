#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "core/base/byte_buffer.h"
#include "core/io/codec.h"
#include "core/plan/namespace.h"
#include "core/storage/byte_sink.h"
#include "formats/archive_format.h"
#include "formats/collection_output.h"

namespace haul {

/// Writes one archive (formats/README.md). Workers encode whole blocks on their own, each one frame
/// of the codec, and append them under a short lock. The namespace that is finished last is ended
/// by Commit() only, so an archive whose run failed has no end. Thread-safe but for Commit().
class ArchiveWriter {
 public:
  struct Options {
    CodecChoice codec = {};
    /// Where the oplog, which is read all along and stands last, is kept until then.
    std::filesystem::path spool_directory = {};
  };

  /// Writes the prelude, whose `codec` is filled in. Errors as EncodeArchivePrelude and the sink's.
  ArchiveWriter(std::unique_ptr<ByteSink> sink, ArchivePrelude prelude, Options options);
  ~ArchiveWriter();
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  /// The namespace in which documents lie (system.buckets.X for the prelude's X); the writer stays
  /// owner. One that was finished without a batch looks as views and empty collections do. The
  /// oplog is finished after all others. kInternal where the prelude knows it not, and by the sink
  /// where more namespaces are begun and unfinished than the prelude says.
  [[nodiscard]] CollectionOutput& Open(const Namespace& data_ns);

  /// Exactly once, when every namespace of the prelude is finished, else kInternal: ends the
  /// archive and commits the sink.
  void Commit();

 private:
  class NamespaceOutput;
  class BlockSink;
  struct Block {
    ByteView stored;
    std::uint64_t stored_crc = 0;
    std::uint64_t crc = 0;  // of the documents
    std::uint64_t bytes = 0;
  };

  void AppendPrelude(const ArchivePrelude& prelude);
  void Append(NamespaceOutput& to, const Block& block);
  void AppendStored(ByteView stored, std::uint64_t stored_crc);
  void AppendSpool(const NamespaceOutput& from);
  void CountAsOpen();
  void End(NamespaceOutput& ended);
  [[nodiscard]] std::uint64_t StoredCrc(ByteView stored) const;

  const std::unique_ptr<ByteSink> sink_;
  const Options options_;
  const bool sealed_;
  const std::size_t most_open_;
  std::mutex mutex_;
  std::unique_ptr<FrameEncoder> encoder_;  // for what belongs to no worker
  std::map<Namespace, std::unique_ptr<NamespaceOutput>> namespaces_;
  std::size_t unfinished_ = 0;
  std::size_t open_ = 0;
  std::uint64_t stored_bytes_ = 0;
  std::uint64_t stored_crc_ = 0;
  ByteBuffer last_end_;
};

}  // namespace haul
