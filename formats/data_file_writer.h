#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/io/codec.h"
#include "core/storage/local.h"
#include "formats/collection_output.h"
#include "formats/frame_index.h"
#include "formats/manifest.h"
#include "formats/partial_manifest.h"

namespace haul {

/// One data file of a dump, written by several threads at once: each has its own sink, compresses
/// and hashes on its own and appends whole frames under a short lock. It stays a .part file until
/// the dump's Commit(). Thread-safe but for Finish() and what follows it.
class DataFileWriter final : public CollectionOutput {
 public:
  struct Target {
    std::filesystem::path root;
    std::string path;  ///< below root, with '/'
    Namespace ns;
    CodecId codec = CodecId::kZstd;
    Sync sync = Sync::kDurable;
    ManifestFile::Role role = ManifestFile::Role::kData;
  };
  /// Creates the file. `journal` must outlive the writer.
  DataFileWriter(const Target& target, PartialManifest& journal);

  using CollectionOutput::NewSink;
  /// One batch becomes one frame; of batches in `_id` order the index keeps each frame's first and
  /// last `_id`.
  [[nodiscard]] std::unique_ptr<DocumentSink> NewSink(FrameEncoder& encoder,
                                                      SinkOptions options) override;

  /// Writes the index (zstd) and closes the file; a large one is on the disk then, a small one when
  /// the dump is committed.
  void Finish() override;
  [[nodiscard]] bool finished() const { return finished_; }

  // After Finish():
  [[nodiscard]] const ManifestFile& entry() const { return entry_; }
  /// What belongs into manifest.index; empty for zstd.
  [[nodiscard]] const ByteBuffer& index() const { return index_; }
  [[nodiscard]] LocalFileWriter& file() { return file_; }

 private:
  friend class DataFileSink;
  void AppendFrame(ByteView stored, FrameEntry& frame, std::optional<std::uint64_t> range);
  void AppendEmptyFrame();
  void SealIndex();

  LocalFileWriter file_;
  PartialManifest& journal_;
  ManifestFile entry_;
  ByteBuffer index_;
  std::mutex mutex_;
  std::vector<FrameEntry> frames_;
  std::size_t open_sinks_ = 0;
  bool finished_ = false;
};

}  // namespace haul
