#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/storage/local.h"
#include "formats/dump_survey.h"
#include "formats/manifest.h"

namespace haul {

/// The directory that a dump is written into: whether it may be, where the files go until the
/// commit, and what of an older dump stays.
///
/// Without `overwrite` a run only adds; what is there is never touched. With `overwrite`, where the
/// run would meet older files, everything is written into a hidden directory beside the root, which
/// gets hard links to what the run does not replace, and Publish() exchanges the two names and
/// removes the old tree. Files that belong to no dump are moved over, never removed.
class DumpTarget {
 public:
  struct Options {
    std::filesystem::path root = {};
    Sync sync = Sync::kDurable;
    bool overwrite = false;
  };
  /// Checks, then creates and locks the directory. Errors as DumpWriter::Create.
  static std::unique_ptr<DumpTarget> Prepare(const Options& options,
                                             const std::vector<std::string>& planned);

  DumpTarget(const DumpTarget&) = delete;
  DumpTarget& operator=(const DumpTarget&) = delete;
  /// Unpublished, a directory beside the root is removed; the root stays as it is.
  ~DumpTarget();

  /// Where the run writes.
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  /// 128 random bits in hex.
  [[nodiscard]] const std::string& run_id() const { return run_id_; }
  /// The older parts that stay, without the files that the run replaces. Their sections of
  /// manifest.index, where they have any, are in directory().
  [[nodiscard]] Manifest& kept() { return kept_; }

  /// After the manifest is durable: where an older dump is replaced, exchanges the names.
  void Publish();

 private:
  explicit DumpTarget(const Options& options);
  void WriteInto();
  void BuildBeside(DumpSurvey survey, const std::vector<std::string>& planned);
  void KeepUnreplaced(const std::vector<std::string>& planned);
  void CarryIndex();
  void Lock(const std::filesystem::path& directory);

  std::filesystem::path root_;       // links resolved
  std::filesystem::path directory_;  // root_, or the directory beside it
  Sync sync_;
  std::string run_id_;
  Manifest kept_;
  std::set<std::string> removable_;  // in the old tree: carried over, replaced or unfinished
  std::vector<std::unique_ptr<DirectoryLock>> locks_;
};

}  // namespace haul
