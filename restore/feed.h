#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/pipeline/stop.h"
#include "formats/data_file_reader.h"

namespace haul {

/// One data file handed out in batches to any number of workers at once: frame by frame where it
/// has an index; else the workers take turns at reading it from begin to end, while the others
/// write what they have. Thread-safe; memory is what the callers' batches hold.
class CollectionFeed {
 public:
  /// Opens the file. Throws Error as DataFileReader does.
  explicit CollectionFeed(const DataFile& file);
  /// What comes once and through no file; `name` is for messages.
  CollectionFeed(std::unique_ptr<DocumentSource> source, std::string name);

  /// The next documents, checked; one worker alone gets them in the order of the file. False at the
  /// end. `scratch` is the worker's.
  [[nodiscard]] bool Next(Batch& batch, ClaimScratch& scratch);

  /// For messages; escaped for display.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// False: its documents come only once.
  [[nodiscard]] bool readable_twice() const { return reader_.has_value(); }
  /// How many documents there are, where that is known before reading.
  [[nodiscard]] std::optional<std::uint64_t> documents() const;
  /// What progress is measured in: plain bytes where they are known, else stored ones.
  [[nodiscard]] std::uint64_t size() const;
  /// The part of size() that the last Next() added.
  [[nodiscard]] std::uint64_t Advance(const Batch& batch);
  /// Documents handed out so far.
  [[nodiscard]] std::uint64_t handed_out() const { return handed_out_.load(); }
  /// More workers than this have nothing to do.
  [[nodiscard]] std::size_t useful_workers() const;

  /// Looks through all of it and throws the first fault: the stored bytes of each frame where there
  /// are hashes, else a whole decoding; not of what comes only once. `part` of `parts` may be
  /// looked through at once by several workers.
  void Verify(std::size_t part, std::size_t parts, const StopFlag& stop) const;

 private:
  [[nodiscard]] bool indexed() const { return reader_ && reader_->indexed(); }

  std::string name_;
  std::optional<DataFileReader> reader_;
  std::atomic<std::size_t> next_frame_{0};
  std::mutex mutex_;  // guards source_
  std::unique_ptr<DocumentSource> source_;
  std::atomic<std::uint64_t> stored_read_{0};
  std::atomic<std::uint64_t> stored_reported_{0};
  std::atomic<std::uint64_t> handed_out_{0};
};

/// All documents of one file, together with its reader.
class WholeFile final : public DocumentSource {
 public:
  /// Opens the file. Throws Error as DataFileReader does.
  explicit WholeFile(const DataFile& file) : reader_(file), source_(reader_.NewSource()) {}
  [[nodiscard]] bool Next(Batch& batch) override { return source_->Next(batch); }

 private:
  DataFileReader reader_;
  std::unique_ptr<DocumentSource> source_;
};

}  // namespace haul
