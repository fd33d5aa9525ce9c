#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/io/codec.h"
#include "core/pipeline/document_sink.h"
#include "core/plan/collection_spec.h"
#include "core/storage/local.h"
#include "formats/manifest.h"

namespace haul {

class DataFileWriter;

/// Writes one dump directory (mongodump's layout + manifest). Complete or visibly incomplete:
/// manifest.partial is there and synced before the first data file; data files are *.part until
/// Commit(), which syncs, renames, syncs each directory once, and then writes the manifest.
/// Thread-safe: collections may be opened and written by several threads.
class DumpWriter {
 public:
  struct Options {
    std::filesystem::path root;
    CodecChoice codec;
    Sync sync = Sync::kDurable;
    bool overwrite = false;
  };

  /// `planned` are all data and metadata files (paths relative to root) that the run will write.
  /// Error kConflict where one of them exists, or an unfinished run, or a dump of another tool (unless
  /// `overwrite`, which builds beside the root and exchanges names at Commit; files of an older dump
  /// that this run does not replace are carried over by hard link); kLocalStorage where the directory
  /// cannot be written (probed). Nothing is created before the checks have passed.
  static std::unique_ptr<DumpWriter> Create(Options options, const std::vector<std::string>& planned);
  virtual ~DumpWriter() = default;

  /// Data: DATABASE/STEM.bson[.gz|.zst]; metadata: DATABASE/STEM.metadata.json[.gz].
  static std::string DataPath(const Namespace& data_ns, CodecId codec);
  static std::string MetadataPath(const Namespace& logical_ns, CodecId codec);
  /// $admin.system.users.bson and its like in one database's folder.
  static std::string AdminDataPath(const std::string& database, const std::string& collection,
                                   CodecId codec);

  virtual void WriteMetadata(const CollectionSpec& spec) = 0;
  /// Opens the data file of `ns` at `path`; the writer stays owner.
  virtual DataFileWriter& OpenDataFile(const std::string& path, const Namespace& ns) = 0;

  /// Fills in the files; writes prelude.json ({ServerVersion, ToolVersion}) into `prelude_folder` ("" =
  /// the root, or the database's folder with --db), then commits. Exactly once.
  virtual void Commit(ManifestPart part, const std::string& prelude_folder) = 0;
};

}  // namespace haul
