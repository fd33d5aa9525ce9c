#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bson/document.h"
#include "core/io/codec.h"
#include "core/plan/namespace.h"

namespace haul {

inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::string_view kManifestIndexName = "manifest.index";
/// A larger one is not read: it is no manifest.
inline constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{1} << 30;
inline constexpr std::string_view kPartialManifestName = "manifest.partial";

/// One file of a dump. `path` is relative to the manifest's directory, with '/'.
struct ManifestFile {
  /// kOplog: oplog.bson at the dump's root, a data file without a namespace. kJson: the documents
  /// of a collection as lines of JSON, which an export has in place of data.
  enum class Role : std::uint8_t { kData, kMetadata, kPrelude, kOplog, kJson };
  std::string path;
  Role role = Role::kData;
  Namespace ns;  ///< of the data as it lies in the server; empty for prelude and oplog
  CodecId codec = CodecId::kNone;  ///< data files
  std::uint64_t documents = 0;     ///< data files
  std::uint64_t plain_bytes = 0;
  std::uint64_t stored_bytes = 0;             ///< size of the file
  std::uint64_t frames = 0;                   ///< data files
  std::string hash;                           ///< hex; what it covers: formats/README.md
  std::optional<std::uint64_t> index_offset;  ///< in manifest.index: data files of none and gzip
  std::optional<std::uint64_t> index_bytes;
};

/// What one run of haul-dump added to the directory.
struct ManifestPart {
  std::string id;  ///< 128 random bits in hex
  std::string tool_version;
  std::string server_version;
  std::string started;  ///< ISO 8601, UTC
  std::string finished;
  std::string cluster_time_start;  ///< "seconds:increment"; empty where the server has none
  std::string cluster_time_end;
  std::string consistency;            ///< "none", "snapshot" or "oplog": formats/README.md
  std::string snapshot_time;          ///< cluster time of a snapshot; empty without one
  std::string oplog_start;            ///< of the first entry wanted; empty without an oplog
  std::string oplog_end;              ///< of the last entry
  std::vector<Namespace> read_alone;  ///< read outside of the snapshot, each as it was then
  Document options;                   ///< what selected the data; never a URI or a secret
  std::vector<ManifestFile> files;
};

/// True where the part's collections are of one time without a replay of its oplog.
[[nodiscard]] inline bool IsSnapshot(const ManifestPart& part) {
  return part.consistency == "snapshot";
}

/// manifest.json: the commit of a dump. JSON, one file a line; the last line is the BLAKE2b-256 of
/// all bytes before it.
struct Manifest {
  std::vector<ManifestPart> parts;

  [[nodiscard]] const ManifestFile* Find(std::string_view path) const;
};

/// True where the directory is an export: its documents are JSON, for haul-import.
[[nodiscard]] bool IsExport(const Manifest& manifest);

[[nodiscard]] std::string ToJson(const Manifest& manifest);
/// Error kCorrupt where a byte was changed, added or cut, or a path leaves the directory;
/// kUnsupported for a newer format version.
[[nodiscard]] Manifest ParseManifest(std::string_view json);

}  // namespace haul
