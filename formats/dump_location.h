#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "formats/dump_reader.h"
#include "formats/manifest.h"

namespace haul {

/// Which directory a path makes the root of a dump, and how much of the dump it means.
struct DumpLocation {
  DumpReader::Shape shape = DumpReader::Shape::kRoot;
  std::filesystem::path root;
  std::string database;   ///< of a folder or file
  std::string file_name;  ///< of a file
};

/// Tells root, database folder and file apart by content; with `allow_empty` a directory without
/// collections is a database's folder. Errors as DumpReader::Open.
[[nodiscard]] DumpLocation FindDumpLocation(const std::filesystem::path& path,
                                            bool allow_empty = false);

/// manifest.json in the root, where it lists anything of the folder that is meant. Nothing where
/// there is none, or a file of that name that is not haul's. Error kCorrupt, kUnsupported.
[[nodiscard]] std::optional<Manifest> FindManifest(const DumpLocation& location);

}  // namespace haul
