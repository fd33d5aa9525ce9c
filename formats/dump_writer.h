#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/codec.h"
#include "core/plan/collection_spec.h"
#include "core/storage/local.h"
#include "formats/data_file_writer.h"
#include "formats/dump_target.h"
#include "formats/manifest.h"
#include "formats/partial_manifest.h"

namespace haul {

/// Writes one dump directory (mongodump's layout + manifest). Complete or visibly incomplete:
/// manifest.partial is there and synced before the first data file; data files are *.part until
/// Commit(), which syncs, renames, syncs each directory once, and then writes the manifest.
/// A run that fails leaves its .part files and manifest.partial, or, where it was to replace a
/// dump, that dump as it was. Thread-safe: collections may be opened and written by several
/// threads.
class DumpWriter {
 public:
  struct Options {
    std::filesystem::path root = {};
    CodecChoice codec = {};
    Sync sync = Sync::kDurable;
    bool overwrite = false;
  };

  /// `planned` are all data and metadata files (paths relative to root) that the run will write.
  /// Error kConflict where their collections are already there in any form, or an unfinished run,
  /// or a dump of another tool (with `overwrite` see DumpTarget); kLocked where another run writes
  /// there; kLocalStorage where the directory cannot be written; kUnsupported for a name that is
  /// not UTF-8. Nothing is created before the checks have passed.
  [[nodiscard]] static std::unique_ptr<DumpWriter> Create(const Options& options,
                                                          const std::vector<std::string>& planned);

  /// Data: DATABASE/STEM.bson[.gz|.zst]; metadata: DATABASE/STEM.metadata.json[.gz].
  [[nodiscard]] static std::string DataPath(const Namespace& data_ns, CodecId codec);
  [[nodiscard]] static std::string MetadataPath(const Namespace& logical_ns, CodecId codec);
  /// $admin.system.users.bson and its like in one database's folder.
  [[nodiscard]] static std::string AdminDataPath(const std::string& database,
                                                 const std::string& collection, CodecId codec);

  /// oplog.bson[.zst] at the root; with gzip the bytes are gzip and the name stays, as mongodump
  /// has it.
  [[nodiscard]] static std::string OplogPath(CodecId codec);

  DumpWriter(const DumpWriter&) = delete;
  DumpWriter& operator=(const DumpWriter&) = delete;

  /// What a worker keeps and hands to DataFileWriter::NewSink.
  [[nodiscard]] std::unique_ptr<FrameEncoder> NewEncoder() const;

  void WriteMetadata(const CollectionSpec& spec);
  /// Opens the data file of `ns` at `path`; the writer stays owner.
  DataFileWriter& OpenDataFile(const std::string& path, const Namespace& ns);
  /// Opens the oplog's file, OplogPath(); the writer stays owner.
  DataFileWriter& OpenOplog();

  /// Brings manifest.partial up to date: before a process leaves without unwinding. May be called
  /// while workers write.
  void FlushJournal() { journal_.Flush(); }

  /// Fills in the files (and, where it is empty, the part's id); writes prelude.json
  /// ({ServerVersion, ToolVersion}) into `prelude_folder` ("" = the root, or the database's folder
  /// with --db), then commits. Exactly once, when every data file is finished.
  void Commit(ManifestPart part, const std::string& prelude_folder);

 private:
  struct SmallFile {
    std::unique_ptr<LocalFileWriter> file;
    ManifestFile entry;
  };
  DumpWriter(const Options& options, std::unique_ptr<DumpTarget> target,
             const std::vector<std::string>& planned);
  void CheckPlanned(const std::string& path) const;
  DataFileWriter& Open(const DataFileWriter::Target& target);
  void CheckAllFinished() const;
  void WriteSmallFile(ManifestFile entry, std::string_view content);
  void WritePrelude(const ManifestPart& part, const std::string& folder);
  void NameFiles();
  void WaitForDisk(const std::vector<LocalFileWriter*>& files) const;
  [[nodiscard]] std::vector<ManifestFile> WriteIndex();

  Options options_;
  std::unique_ptr<DumpTarget> target_;
  std::set<std::string> planned_;
  PartialManifest journal_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<DataFileWriter>> data_files_;
  std::vector<SmallFile> small_files_;
};

}  // namespace haul
