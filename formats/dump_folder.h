#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan/namespace.h"
#include "formats/dump_file.h"
#include "formats/dump_reader.h"

namespace haul {

/// What the files of one database's folder come to.
struct DumpFolder {
  std::vector<DumpedCollection> collections;
  std::vector<DumpedAdminData> admin_data;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;
};

/// Where the files lie and which are wanted.
struct DumpFolderInput {
  std::filesystem::path root;
  std::string database;
  std::vector<DumpFile> files;                    ///< all data and metadata files of the folder
  std::function<bool(const Namespace&)> selects;  ///< by logical name; never empty
};

/// Reads the metadata and joins it with the data: by stem, and a time-series collection with the
/// file of its buckets, whose name may be shortened where the collection's is not. A name is taken
/// from the manifest, else from the stem, else (a shortened stem) from the metadata, and then only
/// where it escapes to that very stem. A collection without metadata has the indexes that
/// system.indexes.bson says. Error kCorrupt.
[[nodiscard]] DumpFolder AssembleFolder(const DumpFolderInput& input);

/// What system.users, system.roles and system.version hold; nothing of any other collection.
[[nodiscard]] std::optional<DumpedAdminData::Kind> AdminDataKind(std::string_view collection);

/// The open-able form of a data file of the dump. Error kCorrupt where it is missing or no file.
[[nodiscard]] DataFile MakeDataFile(const std::filesystem::path& root, const DumpFile& file);

}  // namespace haul
