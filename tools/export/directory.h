#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/io/codec.h"
#include "core/plan/collection_spec.h"
#include "core/storage/byte_sink.h"
#include "core/storage/encoded_sink.h"
#include "core/storage/local.h"
#include "formats/manifest.h"

namespace haul {

/// The directory that several collections are exported into (formats/README.md, "An export"). It is
/// made beside its place, under a hidden name, and gets its own name when all of it is on the disk;
/// destroyed uncommitted, nothing of it stays. One thread.
class ExportDirectory {
 public:
  struct Options {
    std::filesystem::path path = {};
    CodecChoice codec = {};
    Sync sync = Sync::kDurable;
    bool overwrite = false;
  };

  /// Error kConflict where something is there already: without `overwrite` anything but an empty
  /// directory, with it anything but an export. kLocalStorage where it cannot be made.
  explicit ExportDirectory(const Options& options);
  ~ExportDirectory();
  ExportDirectory(const ExportDirectory&) = delete;
  ExportDirectory& operator=(const ExportDirectory&) = delete;

  /// Options and indexes, as mongodump writes them.
  void WriteMetadata(const CollectionSpec& spec);
  /// Where a collection's lines go; committed before the next call.
  [[nodiscard]] std::unique_ptr<ByteSink> OpenData(const Namespace& ns);
  /// After the sink of OpenData() was committed.
  void FinishData(const Namespace& ns, std::uint64_t documents, std::uint64_t plain_bytes);
  /// Writes the manifest, waits for the disk and gives the directory its name. `part` tells all but
  /// the files.
  void Commit(ManifestPart part);

 private:
  [[nodiscard]] std::string PathOf(const Namespace& ns, std::string_view extension) const;
  void RemoveStale() const;

  const Options options_;
  std::filesystem::path path_;       // where it will be, absolute
  std::filesystem::path directory_;  // where it is made
  std::unique_ptr<DirectoryLock> lock_;
  bool committed_ = false;
  SinkMeasure measure_;  // of the data file at hand
  std::vector<ManifestFile> files_;
};

}  // namespace haul
