#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "core/base/error.h"
#include "core/pipeline/document_source.h"
#include "formats/data_file_reader.h"

namespace haul {

/// Which documents are shown: `limit` of them after the first `skip`.
struct DocumentRange {
  std::uint64_t skip = 0;
  std::optional<std::uint64_t> limit = {};
};

/// What a worker got: some documents of its batch, and its place in the output.
struct Portion {
  std::uint64_t turn = 0;   ///< 0, 1, 2, … without a gap
  std::uint64_t first = 0;  ///< number of the batch's first document, from 0
  std::size_t begin = 0;    ///< the documents of the batch to show
  std::size_t end = 0;
  std::optional<Error> fault;  ///< what is behind these documents cannot be read
};

/// Documents handed out in batches to any number of workers at once, numbered so that their order
/// can be kept: frame by frame where a file has an index, else the workers take turns at reading.
/// A fault of the input is handed out like documents, with those that stand before it: a damaged
/// frame is followed by the next one, a stream ends with its fault. Thread-safe.
class DocumentFeed {
 public:
  /// `source` must outlive the feed.
  DocumentFeed(DocumentSource& source, DocumentRange range);
  /// A file with an index; it must outlive the feed.
  DocumentFeed(const DataFileReader& frames, DocumentRange range);

  /// False when there is nothing left. `scratch` is the worker's.
  [[nodiscard]] bool Next(Batch& batch, ClaimScratch& scratch, Portion& portion);

 private:
  [[nodiscard]] bool NextOfStream(Batch& batch, Portion& portion);
  [[nodiscard]] bool NextFrame(Batch& batch, ClaimScratch& scratch, Portion& portion);
  void Cut(std::uint64_t documents, Portion& portion) const;

  DocumentSource* source_ = nullptr;
  const DataFileReader* frames_ = nullptr;
  const std::uint64_t begin_;
  const std::uint64_t end_;
  std::mutex mutex_;  // guards all below and the source
  std::uint64_t document_ = 0;
  std::uint64_t turn_ = 0;
  std::size_t frame_ = 0;
  bool ended_ = false;
};

}  // namespace haul
