#include "formats/dump_location.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/storage/local.h"
#include "formats/dump_file.h"

namespace haul {
namespace {

namespace fs = std::filesystem;
using Kind = DumpFileName::Kind;
using Shape = DumpReader::Shape;

constexpr std::string_view kOplogStem = "oplog";

Error Unusable(const fs::path& path, std::string_view cause, std::string hint = {}) {
  return {ExitCode::kUsage,
          fmt::format("open the dump {}: {}", EscapeForDisplay(path.native()), cause),
          std::move(hint)};
}

bool IsCollectionFile(const DumpFileName& name) {
  return name.kind == Kind::kData || name.kind == Kind::kAdminData || name.kind == Kind::kMetadata;
}

// At the top of a dump the oplog is the only data file.
bool HoldsCollectionFiles(const fs::path& directory) {
  return std::ranges::any_of(ListDirectory(directory), [](std::string_view entry) {
    DumpFileName name = ParseDumpFileName(entry);
    if (name.kind == Kind::kUnfinished) name = ParseDumpFileName(name.stem);
    return IsCollectionFile(name) && name.stem != kOplogStem;
  });
}

// An oplog without metadata: a collection of that name has some.
bool HoldsOnlyAnOplog(const fs::path& directory) {
  bool oplog = false;
  bool other = false;
  for (const std::string& entry : ListDirectory(directory)) {
    const DumpFileName name = ParseDumpFileName(entry);
    if (!IsCollectionFile(name)) continue;
    const bool data = name.kind == Kind::kData && name.stem == kOplogStem;
    (data ? oplog : other) = true;
  }
  return oplog && !other;
}

bool HasFoldersWithCollections(const fs::path& directory) {
  return std::ranges::any_of(ListDirectory(directory), [&](const std::string& entry) {
    return entry.ends_with('/') && HoldsCollectionFiles(directory / entry);
  });
}

fs::path Real(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::canonical(path, error);
  if (error) throw Unusable(path, error.message());
  return real;
}

DumpLocation FileLocation(const fs::path& path) {
  const std::string file_name = path.filename().native();
  const Kind kind = ParseDumpFileName(file_name).kind;
  if (kind != Kind::kData && kind != Kind::kAdminData) {
    throw Unusable(path, "not a .bson, .bson.gz or .bson.zst file");
  }
  const fs::path folder = Real(path.has_parent_path() ? path.parent_path() : fs::path("."));
  return {Shape::kDataFile, folder.parent_path(), folder.filename().native(), file_name};
}

DumpLocation DirectoryLocation(const fs::path& path, bool allow_empty) {
  const bool has_folders = HasFoldersWithCollections(path);
  const bool has_files = HoldsCollectionFiles(path);
  const bool is_root = std::ranges::any_of(
      std::array{kManifestName, kPartialManifestName},
      [&](std::string_view name) { return fs::exists(fs::symlink_status(path / name)); });
  if (is_root || (has_folders && !has_files)) return {Shape::kRoot, path, {}, {}};
  if (has_folders) {
    throw Unusable(path, "it holds both collections and folders with collections",
                   "name the database's folder, or move the files at the top away");
  }
  if (HoldsOnlyAnOplog(path)) return {Shape::kRoot, path, {}, {}};
  if (!has_files && !allow_empty) throw Unusable(path, "it holds no collections");
  const fs::path folder = Real(path);
  return {Shape::kDatabaseFolder, folder.parent_path(), folder.filename().native(), {}};
}

// One changed byte can take away one of the words, never all of them.
bool LooksLikeOurs(std::string_view text) {
  constexpr std::array<std::string_view, 3> kWords = {"haulManifest", "blake2b256", "toolVersion"};
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool ListsFolder(const Manifest& manifest, const std::string& database) {
  const std::string prefix = database + '/';
  return std::ranges::any_of(manifest.parts, [&](const ManifestPart& part) {
    return std::ranges::any_of(part.files, [&](const ManifestFile& file) {
      return file.role != ManifestFile::Role::kPrelude && file.path.starts_with(prefix);
    });
  });
}

}  // namespace

DumpLocation FindDumpLocation(const fs::path& path, bool allow_empty) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw Unusable(path, "no such file or directory");
  }
  if (error) {
    throw Error(
        ExitCode::kLocalStorage,
        fmt::format("open the dump {}: {}", EscapeForDisplay(path.native()), error.message()));
  }
  if (fs::is_directory(status)) return DirectoryLocation(path, allow_empty);
  if (fs::is_regular_file(status)) return FileLocation(path);
  throw Unusable(path, "neither a directory nor a file");
}

std::optional<Manifest> FindManifest(const DumpLocation& location) {
  const fs::path path = location.root / kManifestName;
  if (!fs::exists(fs::symlink_status(path))) return std::nullopt;
  const bool must_be_ours = location.shape == Shape::kRoot;
  if (!must_be_ours && !fs::is_regular_file(path)) return std::nullopt;
  const std::string text = ReadSmallFile(path, kMaxManifestBytes);
  if (!must_be_ours && !LooksLikeOurs(text)) return std::nullopt;
  try {
    Manifest manifest = ParseManifest(text);
    if (!must_be_ours && !ListsFolder(manifest, location.database)) return std::nullopt;
    return manifest;
  } catch (const Error& error) {
    throw error.WithContext(
        fmt::format("open the dump {}", EscapeForDisplay(location.root.native())));
  }
}

}  // namespace haul
