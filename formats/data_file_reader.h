#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/io/checksum.h"
#include "core/io/codec.h"
#include "core/pipeline/batch.h"
#include "core/pipeline/document_source.h"
#include "core/storage/local.h"
#include "formats/frame_index.h"

namespace haul {

/// One data file of a dump and all that is known of it before it is opened. A value; what
/// DumpReader lists and DataFileReader opens.
struct DataFile {
  /// A part of another file that holds this file's index (manifest.index).
  struct IndexSection {
    std::filesystem::path path;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };

  std::filesystem::path path;
  std::string name;                ///< for messages: relative to the dump, escaped for display
  CodecId codec = CodecId::kNone;  ///< what the manifest says, else what the name proposes
  std::uint64_t stored_bytes = 0;  ///< size of the file

  // From a manifest; nothing where there is none.
  bool listed = false;
  std::uint64_t frames = 0;
  std::optional<std::uint64_t> documents;
  std::optional<std::uint64_t> plain_bytes;
  std::optional<Hash256> index_hash;  ///< from the first byte of the index to the end
  std::optional<IndexSection> index;  ///< gzip and none; zstd has its index inside

  /// From manifest.partial: the frames of an unfinished file that may be used, and no others.
  std::optional<std::vector<FrameEntry>> finished_frames;
};

/// What one worker keeps between claims: buffers and decoders, whatever files they come from.
struct ClaimScratch {
  ByteBuffer stored;
  ByteBuffer plain;
  std::unique_ptr<StreamDecoder> decoder;
  CodecId decoder_codec = CodecId::kNone;
};

/// One data file, open. Where it has an index (its own tail, a section of manifest.index, or frames
/// of manifest.partial) it is read in claims, by any number of threads at once; else only from its
/// begin to its end. All methods are const and thread-safe.
///
/// Errors are kCorrupt with file and byte unless said otherwise, kLocalStorage where the disk
/// fails.
class DataFileReader {
 public:
  /// Opens the file and reads its index: size and index hash as the manifest says, entries that
  /// cover the file without a gap, the numbers of frames, documents and bytes as the manifest says.
  /// Where no manifest names the codec, the name proposes, the magic confirms; where they differ
  /// the first bytes are decoded as both and the one that holds wins. A directory or device, an
  /// empty .gz or .zst and bytes that no codec reads as documents are kCorrupt; an empty .bson
  /// holds no documents.
  explicit DataFileReader(DataFile file);

  [[nodiscard]] const DataFile& file() const { return file_; }
  [[nodiscard]] CodecId codec() const { return codec_; }
  /// Known before reading: from the manifest or the index.
  [[nodiscard]] std::optional<std::uint64_t> documents() const;
  [[nodiscard]] std::optional<std::uint64_t> plain_bytes() const;

  /// False: only NewSource() reads it. True with claims().size() 0: an empty collection.
  [[nodiscard]] bool indexed() const { return frames_.has_value(); }
  /// The frames, in the order of the file. Empty where not indexed.
  [[nodiscard]] const std::vector<FrameEntry>& claims() const;

  /// Fills `batch` with the documents of frame `i`, checked before use: BLAKE2b of the stored
  /// bytes, exact plain size, number of documents, framing. `scratch` belongs to the calling
  /// worker.
  void ReadClaim(std::size_t i, Batch& batch, ClaimScratch& scratch) const;
  /// The check of the stored bytes alone, for looking through a dump before anything is dropped.
  void VerifyFrame(std::size_t i, ClaimScratch& scratch) const;

  /// All documents in the order of the file, memory bounded whatever the file holds. Bytes left
  /// over behind the last document or stream, a stream or document that is cut, a length out of
  /// range, and numbers of documents or bytes other than the manifest's are kCorrupt. The reader
  /// must outlive the source. `stored_bytes_read`, where given, grows with what has been read of
  /// the file.
  [[nodiscard]] std::unique_ptr<DocumentSource> NewSource(
      std::atomic<std::uint64_t>* stored_bytes_read = nullptr) const;

 private:
  void CheckSize() const;

  DataFile file_;
  LocalFileReader reader_;
  CodecId codec_;
  std::optional<std::vector<FrameEntry>> frames_;
};

}  // namespace haul
