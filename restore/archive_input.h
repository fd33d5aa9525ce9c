#pragma once

#include <memory>
#include <string>

#include "core/storage/byte_source.h"
#include "formats/archive_reader.h"
#include "restore/input.h"

namespace haul {

/// An archive: a file, a pipe or standard input, whose prelude was read.
class ArchiveInput final : public RestoreInput {
 public:
  /// `path` "-" is standard input. Throws Error as ArchiveReader does.
  explicit ArchiveInput(const std::string& path);

  [[nodiscard]] std::string Name() const override { return name_; }
  [[nodiscard]] DumpReader::Shape shape() const override { return DumpReader::Shape::kRoot; }
  [[nodiscard]] std::set<std::string> Databases() const override;
  [[nodiscard]] Contents Select(const Selects& selects) override;
  /// The prelude was checked when it was read.
  void Verify() const override {}
  [[nodiscard]] std::unique_ptr<RestoreFeed> NewFeed(const RestorePlan& plan,
                                                     const RestoreOptions& options,
                                                     const StopFlag& stop) override;

 private:
  [[nodiscard]] DataFile File(const ArchiveMember& member) const;

  std::string path_;
  std::string name_;  // for messages
  std::unique_ptr<OpenedSource> source_;
  std::unique_ptr<ArchiveReader> reader_;
};

/// What `--archive` names: a directory stands for the file archive[.gz|.zst] in it, nothing and "-"
/// for standard input. Error kUsage where there is none or more than one.
[[nodiscard]] std::string ArchivePath(const std::string& named);

/// True for a file that begins as an archive does.
[[nodiscard]] bool IsArchiveFile(const std::string& path);

}  // namespace haul
