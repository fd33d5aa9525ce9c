#include "formats/dump_folder.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "formats/dump_name.h"
#include "formats/metadata_json.h"
#include "formats/system_indexes.h"

namespace haul {
namespace {

namespace fs = std::filesystem;
using Kind = DumpFileName::Kind;

constexpr std::array<std::pair<std::string_view, DumpedAdminData::Kind>, 3> kAdminCollections = {{
    {"system.users", DumpedAdminData::Kind::kUsers},
    {"system.roles", DumpedAdminData::Kind::kRoles},
    {"system.version", DumpedAdminData::Kind::kVersion},
}};

Error Fault(const DumpFile& file, std::string_view cause) {
  return {ExitCode::kCorrupt, fmt::format("read {}: {}", EscapeForDisplay(file.path), cause)};
}

class Assembly {
 public:
  explicit Assembly(const DumpFolderInput& input) : input_(input) {}

  DumpFolder Run() && {
    for (const DumpFile& file : input_.files) Sort(file);
    for (const auto& [stem, file] : metadata_) AddMetadata(*file);
    for (const auto& [stem, file] : data_) AddData(*file);
    for (auto& [name, collection] : collections_) {
      DropDataOfView(collection);
      if (!collection.has_metadata) TakeSystemIndexes(name, collection);
      folder_.collections.push_back(std::move(collection));
    }
    return std::move(folder_);
  }

 private:
  void Sort(const DumpFile& file) {
    if (file.name.kind == Kind::kAdminData) {
      AddAdminData(file, file.name.stem);
      return;
    }
    auto& by_stem = file.name.kind == Kind::kMetadata ? metadata_ : data_;
    const auto [place, added] = by_stem.emplace(file.name.stem, &file);
    if (!added) {
      throw Fault(
          file, fmt::format("{} holds the same collection", EscapeForDisplay(place->second->path)));
    }
  }

  void AddAdminData(const DumpFile& file, const std::string& collection) {
    const std::optional<DumpedAdminData::Kind> kind = AdminDataKind(collection);
    if (!kind.has_value()) {
      Note(file, "not a file of users or roles");
    } else if (input_.selects({"admin", collection})) {
      folder_.admin_data.push_back({*kind, input_.database, MakeDataFile(input_.root, file)});
    }
  }

  void AddMetadata(const DumpFile& file) {
    Namespace ns = {input_.database, NameFromPath(file).value_or("")};
    const bool known = !ns.collection.empty();
    if (known) Register(file, ns.collection);
    if (known && (IsAdminCollection(ns) || !input_.selects(ns))) return;
    CollectionSpec spec = ParseMetadata(file, ns);
    if (!known) {
      ns.collection = spec.ns.collection;
      if (FileStem(ns.collection) != file.name.stem) {
        throw Fault(file,
                    "its collectionName is not the one that the file name was shortened from");
      }
      Register(file, ns.collection);
    }
    CheckName(file, ns.collection);
    if (!input_.selects(ns)) return;
    const auto [place, added] = collections_.try_emplace(ns.collection);
    if (!added) {
      throw Fault(file, fmt::format("'{}' has metadata twice", EscapeForDisplay(ns.collection)));
    }
    spec.ns = std::move(ns);
    place->second.spec = std::move(spec);
    place->second.has_metadata = true;
  }

  // Whatever the collection is: its buckets would lie under the second name.
  void Register(const DumpFile& file, const std::string& collection) {
    const std::string buckets = std::string(kBucketsPrefix) + collection;
    name_of_stem_[file.name.stem] = collection;
    name_of_stem_.emplace(FileStem(buckets), buckets);
  }

  CollectionSpec ParseMetadata(const DumpFile& file, const Namespace& fallback) const {
    const std::string text = ReadDumpText(input_.root, file);
    try {
      return ParseMetadataJson(text, fallback);
    } catch (const Error& error) {
      throw error.WithContext(fmt::format("read {}", EscapeForDisplay(file.path)));
    }
  }

  void AddData(const DumpFile& file) {
    const std::optional<std::string> known = DataName(file);
    if (!known.has_value()) {
      throw Fault(file, "its name is shortened and no metadata file tells the collection's");
    }
    const std::string& name = *known;
    const Namespace logical = {input_.database, std::string(LogicalCollection(name))};
    if (IsAdminCollection(logical)) {
      AddAdminData(file, name);
      return;
    }
    CheckName(file, name);
    if (name == "system.indexes") {
      AddSystemIndexes(file);
      return;
    }
    if (!input_.selects(logical)) return;
    if (name == "system.profile") {
      Note(file, fmt::format("a {} is never restored", name));
      return;
    }
    DumpedCollection& collection = collections_[logical.collection];
    collection.spec.ns = logical;
    if (name != logical.collection && collection.spec.type != CollectionType::kTimeSeries) {
      throw Fault(file, "holds buckets, but no metadata says that it is a time-series collection");
    }
    if (collection.data.has_value()) {
      throw Fault(file, fmt::format("{} holds the same collection", collection.data->name));
    }
    collection.data = MakeDataFile(input_.root, file);
  }

  std::optional<std::string> DataName(const DumpFile& file) const {
    if (file.listed != nullptr) return file.listed->ns.collection;
    const auto found = name_of_stem_.find(file.name.stem);
    return found != name_of_stem_.end() ? found->second : NameFromPath(file);
  }

  // What the manifest or the stem itself says; nothing where the stem is shortened.
  static std::optional<std::string> NameFromPath(const DumpFile& file) {
    if (file.listed != nullptr) return file.listed->ns.collection;
    if (!IsShortenedStem(file.name.stem)) return CollectionFromStem(file.name.stem);
    return std::nullopt;
  }

  static void CheckName(const DumpFile& file, std::string_view collection) {
    try {
      CheckCollectionName(collection, "read " + EscapeForDisplay(file.path));
    } catch (const Error& error) {
      throw Error(ExitCode::kCorrupt, error.message());
    }
  }

  [[nodiscard]] bool IsAdminCollection(const Namespace& ns) const {
    return input_.database == "admin" && AdminDataKind(ns.collection).has_value();
  }

  void AddSystemIndexes(const DumpFile& file) {
    const std::string content = ReadDumpText(input_.root, file);
    try {
      system_indexes_ = ParseSystemIndexes(content);
    } catch (const Error& error) {
      throw error.WithContext(fmt::format("read {}", EscapeForDisplay(file.path)));
    }
  }

  void TakeSystemIndexes(const std::string& name, DumpedCollection& collection) {
    const auto found = system_indexes_.find(name);
    if (found != system_indexes_.end()) collection.spec.indexes = std::move(found->second);
  }

  void DropDataOfView(DumpedCollection& collection) {
    if (collection.spec.type != CollectionType::kView || !collection.data.has_value()) return;
    folder_.warnings.push_back(
        fmt::format("{}: passed over, its metadata says that it is a view", collection.data->name));
    collection.data.reset();
  }

  void Note(const DumpFile& file, std::string_view why) {
    folder_.notes.push_back(fmt::format("{}: passed over, {}", EscapeForDisplay(file.path), why));
  }

  const DumpFolderInput& input_;
  std::map<std::string, const DumpFile*> data_;
  std::map<std::string, const DumpFile*> metadata_;
  std::map<std::string, std::string> name_of_stem_;
  std::map<std::string, DumpedCollection> collections_;
  SystemIndexes system_indexes_;
  DumpFolder folder_;
};

}  // namespace

std::optional<DumpedAdminData::Kind> AdminDataKind(std::string_view collection) {
  for (const auto& [name, kind] : kAdminCollections) {
    if (name == collection) return kind;
  }
  return std::nullopt;
}

DumpFolder AssembleFolder(const DumpFolderInput& input) { return Assembly(input).Run(); }

DataFile MakeDataFile(const fs::path& root, const DumpFile& file) {
  DataFile data;
  data.name = EscapeForDisplay(file.path);
  data.codec = file.name.codec;
  data.path = root / file.path;
  if (file.listed != nullptr) {
    const ManifestFile& listed = *file.listed;
    data.path = PathBelow(root, file.path);
    data.listed = true;
    data.codec = listed.codec;
    data.frames = listed.frames;
    data.documents = listed.documents;
    data.plain_bytes = listed.plain_bytes;
    data.index_hash = HashFromHex(listed.hash);
    if (listed.index_offset.has_value()) {
      data.index = {PathBelow(root, std::string(kManifestIndexName)), *listed.index_offset,
                    *listed.index_bytes};
    }
  }
  data.finished_frames = file.finished_frames;
  data.stored_bytes = LocalFileReader(data.path).size();
  if (file.listed != nullptr && data.stored_bytes != file.listed->stored_bytes) {
    throw Fault(file, fmt::format("it is {} bytes long, the manifest says {}", data.stored_bytes,
                                  file.listed->stored_bytes));
  }
  return data;
}

}  // namespace haul
