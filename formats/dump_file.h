#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/codec.h"
#include "formats/frame_index.h"
#include "formats/manifest.h"

namespace haul {

/// What a file of a dump is, as its name tells.
struct DumpFileName {
  enum class Kind : std::uint8_t {
    kData,        ///< STEM.bson[.gz|.zst], and STEM.bin, as the oldest mongodump had it
    kAdminData,   ///< $admin.system.users.bson[.gz|.zst] and its like; the stem is "system.users"
    kMetadata,    ///< STEM.metadata.json[.gz|.zst]
    kPrelude,     ///< prelude.json[.gz|.zst]
    kUnfinished,  ///< any of these + ".part"
    kOwn,         ///< manifest.json, manifest.index, manifest.partial
    kOther,
  };
  Kind kind = Kind::kOther;
  std::string stem;
  CodecId codec = CodecId::kNone;
};
[[nodiscard]] DumpFileName ParseDumpFileName(std::string_view file_name);

/// True for names that begin like a data file's whatever follows: "x.bson", "x.bson.gz",
/// "x.bson.bak".
[[nodiscard]] bool LooksLikeData(std::string_view file_name);

/// One file of a dump before it is read.
struct DumpFile {
  std::string path;  ///< relative to the dump's root, with '/'
  DumpFileName name;
  const ManifestFile* listed = nullptr;  ///< in a manifest that outlives this
  /// Of an unfinished run: what may be used of the file.
  std::optional<std::vector<FrameEntry>> finished_frames = std::nullopt;

  /// oplog.bson[.gz|.zst] at the dump's root.
  [[nodiscard]] bool IsOplog() const;
  [[nodiscard]] std::string database() const { return path.substr(0, path.find('/')); }
};

/// The names in a directory, sorted; directories among them end with '/'. Links are followed. Error
/// kLocalStorage.
[[nodiscard]] std::vector<std::string> ListDirectory(const std::filesystem::path& directory);

/// The bytes of a small file of a dump: its size and hash are what the manifest says where it is
/// listed, and it is decompressed where it is compressed. `root` and `file.path` make its name.
/// Error kCorrupt, kLimit above 64 MiB.
[[nodiscard]] std::string ReadDumpText(const std::filesystem::path& root, const DumpFile& file);

/// `root`/`path` for a path that a manifest names. Error kCorrupt where a symbolic link leads out
/// of the root.
[[nodiscard]] std::filesystem::path PathBelow(const std::filesystem::path& root,
                                              const std::string& path);

}  // namespace haul
