#include "tools/export/directory.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/checksum.h"
#include "formats/dump_name.h"
#include "formats/metadata_json.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBesideInfix = ".haul-export-";

Error Conflict(const fs::path& path, std::string_view cause, std::string hint) {
  return {
      ExitCode::kConflict,
      fmt::format("write into {}: {}; it was not touched", EscapeForDisplay(path.native()), cause),
      std::move(hint)};
}

// Nothing but an export may be replaced: its manifest says that it is one.
void RequireExport(const fs::path& path) {
  const std::string hint = "choose another --out";
  if (!fs::exists(path / kManifestName)) {
    throw Conflict(path, "it is no export, and not empty", hint);
  }
  const Manifest manifest = ParseManifest(ReadSmallFile(path / kManifestName, kMaxManifestBytes));
  if (!IsExport(manifest)) throw Conflict(path, "it is a dump", hint);
}

void RequirePlace(const fs::path& path, bool overwrite) {
  if (!fs::exists(path)) return;
  if (!fs::is_directory(path)) {
    throw Conflict(path, "it is no directory", "several collections go into one: another --out");
  }
  if (fs::is_empty(path)) return;
  if (!overwrite) {
    throw Conflict(path, "it is not empty",
                   "choose another --out, or --overwrite to replace an export once the new one is "
                   "whole");
  }
  RequireExport(path);
}

fs::path Absolute(const fs::path& path) {
  fs::path absolute = fs::weakly_canonical(fs::absolute(path));
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

}  // namespace

ExportDirectory::ExportDirectory(const Options& options) try
    : options_(options), path_(Absolute(options.path)) {
  RequirePlace(path_, options.overwrite);
  CreateDirectories(path_.parent_path(), options.sync);
  RemoveStale();
  directory_ = path_.parent_path() /
               fmt::format(".{}{}{}", path_.filename().native(), kBesideInfix, RandomHex(4));
  CreateDirectories(directory_, options.sync);
  lock_ = std::make_unique<DirectoryLock>(directory_);
} catch (const fs::filesystem_error& error) {
  throw FileSystemError("prepare", error);
}

ExportDirectory::~ExportDirectory() {
  if (committed_) return;
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

// What a killed run left: nobody holds its lock.
void ExportDirectory::RemoveStale() const {
  const std::string prefix = fmt::format(".{}{}", path_.filename().native(), kBesideInfix);
  for (const fs::directory_entry& entry : fs::directory_iterator(path_.parent_path())) {
    if (!entry.path().filename().native().starts_with(prefix) || !entry.is_directory()) continue;
    try {
      const DirectoryLock lock(entry.path());
      if (lock.held()) fs::remove_all(entry.path());
    } catch (const Error&) {
      continue;  // locked: that run is alive
    }
  }
}

std::string ExportDirectory::PathOf(const Namespace& ns, std::string_view extension) const {
  return fmt::format("{}/{}{}", ns.database, FileStem(ns.collection), extension);
}

void ExportDirectory::WriteMetadata(const CollectionSpec& spec) {
  const std::string json = ToMetadataJson(spec);
  ManifestFile file;
  file.path = PathOf(spec.ns, ".metadata.json");
  file.role = ManifestFile::Role::kMetadata;
  file.ns = spec.ns;
  file.stored_bytes = json.size();
  file.hash = HashToHex(Blake2b256(AsBytes(json)));
  const auto sink = NewFileSink(directory_ / file.path, {.sync = Sync::kNone});
  sink->Append(AsBytes(json));
  sink->Commit();
  files_.push_back(std::move(file));
}

std::unique_ptr<ByteSink> ExportDirectory::OpenData(const Namespace& ns) {
  measure_ = {};
  const std::string path =
      PathOf(ns, fmt::format(".json{}", GetCodec(options_.codec.id).extension));
  auto file = NewFileSink(directory_ / path, {.sync = Sync::kNone});
  return NewEncodedSink(NewMeasuredSink(std::move(file), measure_), options_.codec);
}

void ExportDirectory::FinishData(const Namespace& ns, std::uint64_t documents,
                                 std::uint64_t plain_bytes) {
  ManifestFile file;
  file.path = PathOf(ns, fmt::format(".json{}", GetCodec(options_.codec.id).extension));
  file.role = ManifestFile::Role::kJson;
  file.ns = ns;
  file.codec = options_.codec.id;
  file.documents = documents;
  file.plain_bytes = plain_bytes;
  file.stored_bytes = measure_.bytes;
  file.hash = measure_.hash;
  files_.push_back(std::move(file));
}

void ExportDirectory::Commit(ManifestPart part) try {
  // One wait for all files: thousands of small ones would wait each for itself.
  SyncFileSystem(directory_, options_.sync);
  part.id = RandomHex(16);
  part.files = std::move(files_);
  Manifest manifest;
  manifest.parts.push_back(std::move(part));
  WriteFileAtomically(directory_ / kManifestName, ToJson(manifest), options_.sync);
  if (fs::exists(path_)) {
    ExchangeNames(directory_, path_);
    committed_ = true;
    SyncDirectory(path_.parent_path(), options_.sync);
    fs::remove_all(directory_);
    return;
  }
  RenameWithoutReplacing(directory_, path_);
  committed_ = true;
  SyncDirectory(path_.parent_path(), options_.sync);
} catch (const fs::filesystem_error& error) {
  throw FileSystemError("replace", error);
}

}  // namespace haul
