#include "formats/dump_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBesideInfix = ".haul-";

Error Conflict(const fs::path& root, std::string_view cause, std::string hint) {
  return {ExitCode::kConflict,
          fmt::format("write into {}: {}", EscapeForDisplay(root.native()), cause),
          std::move(hint)};
}

fs::path Resolve(const fs::path& root) {
  std::error_code error;
  fs::path resolved = fs::weakly_canonical(fs::absolute(root), error);
  if (error) {
    errno = error.value();
    throw ErrnoError("open", root.native());
  }
  return resolved.has_filename() ? resolved : resolved.parent_path();
}

std::set<std::string> Keys(const std::vector<std::string>& paths) {
  std::set<std::string> keys;
  for (const std::string& path : paths) keys.insert(CollectionKey(path));
  return keys;
}

/// The first file of the survey that belongs to one of `keys`, or empty.
std::string FirstOf(const std::set<std::string>& files, const std::set<std::string>& keys) {
  const auto met = std::ranges::find_if(
      files, [&](const auto& file) { return keys.contains(CollectionKey(file)); });
  return met == files.end() ? std::string() : *met;
}

void RefuseLinkedFolders(const fs::path& root, const DumpSurvey& survey,
                         const std::vector<std::string>& planned) {
  const auto refuse = [&](const std::string& path) {
    const std::string folder = path.substr(0, path.find('/'));
    if (!survey.linked_folders.contains(folder)) return;
    throw Conflict(root, fmt::format("the folder '{}' is a link", EscapeForDisplay(folder)),
                   "name the directory that it leads to, or pass another --out");
  };
  std::ranges::for_each(planned, refuse);
  if (!survey.manifest) return;
  for (const ManifestPart& part : survey.manifest->parts) {
    for (const ManifestFile& file : part.files) refuse(file.path);
  }
}

void RefuseWhatIsThere(const fs::path& root, const DumpSurvey& survey, const std::string& met) {
  const std::string hint = "pass --overwrite to replace it, or another --out";
  if (!survey.leftovers.empty()) throw Conflict(root, "an unfinished run is there", hint);
  const std::set<std::string> unlisted = survey.Unlisted();
  if (!unlisted.empty()) {
    throw Conflict(
        root,
        fmt::format("'{}' is there, which no manifest lists", EscapeForDisplay(*unlisted.begin())),
        "pass another --out");
  }
  if (met.empty()) return;
  throw Conflict(root, fmt::format("'{}' is already there", EscapeForDisplay(met)), hint);
}

// Nothing is known of files without a manifest: they may only go where the run brings the same
// again.
void RefuseToLoseForeignFiles(const fs::path& root, const DumpSurvey& survey,
                              const std::set<std::string>& keys) {
  if (!survey.leftovers.empty()) return;
  for (const std::string& file : survey.Unlisted()) {
    const std::string key = CollectionKey(file);
    if (key.empty() || keys.contains(key)) continue;
    throw Conflict(
        root,
        fmt::format("'{}' is there, which no manifest lists and this run does not replace",
                    EscapeForDisplay(file)),
        "pass another --out");
  }
}

// What a killed run left beside the root. Only what is surely that: it has a journal, no manifest
// and nobody holds its lock.
void RemoveStaleDirectories(const fs::path& parent, const std::string& prefix) {
  for (const fs::directory_entry& entry : fs::directory_iterator(parent)) {
    const fs::path& path = entry.path();
    if (!path.filename().native().starts_with(prefix) || !entry.is_directory()) continue;
    if (!fs::exists(path / kPartialManifestName) || fs::exists(path / kManifestName)) continue;
    try {
      const DirectoryLock lock(path);
      if (lock.held()) fs::remove_all(path);
    } catch (const Error&) {
      continue;  // locked: that run is alive
    }
  }
}

/// Moves what belongs to no dump from the old tree into the new one.
class RestMover {
 public:
  RestMover(fs::path from, fs::path to, const std::set<std::string>& removable)
      : from_(std::move(from)), to_(std::move(to)), removable_(removable) {}

  void Move(const std::string& folder) const {
    for (const fs::directory_entry& entry : fs::directory_iterator(from_ / folder)) {
      const std::string name = entry.path().filename();
      const std::string path = folder.empty() ? name : folder + '/' + name;
      if (removable_.contains(path)) continue;
      const bool directory = entry.is_directory() && !entry.is_symlink();
      if (directory && HoldsRemovable(path)) {
        Move(path);
        continue;
      }
      CreateDirectories(to_ / folder);
      RenameWithoutReplacing(from_ / path, to_ / path);
    }
  }

 private:
  [[nodiscard]] bool HoldsRemovable(const std::string& folder) const {
    const auto first = removable_.lower_bound(folder + '/');
    return first != removable_.end() && first->starts_with(folder + '/');
  }

  fs::path from_;
  fs::path to_;
  const std::set<std::string>& removable_;
};

}  // namespace

DumpTarget::DumpTarget(const Options& options)
    : root_(Resolve(options.root)),
      directory_(root_),
      sync_(options.sync),
      run_id_(RandomHex(16)) {}

std::unique_ptr<DumpTarget> DumpTarget::Prepare(const Options& options,
                                                const std::vector<std::string>& planned) try {
  std::unique_ptr<DumpTarget> target(new DumpTarget(options));
  const fs::path& root = target->root_;
  if (fs::exists(root)) {
    if (!fs::is_directory(root))
      throw Conflict(root, "it is not a directory", "pass another --out");
    target->Lock(root);
  }
  DumpSurvey survey = SurveyDump(root);
  RefuseLinkedFolders(root, survey, planned);
  const std::set<std::string> keys = Keys(planned);
  const std::string met = FirstOf(survey.files, keys);
  const bool clear = survey.leftovers.empty() && survey.Unlisted().empty() && met.empty();
  if (!options.overwrite) RefuseWhatIsThere(root, survey, met);
  RefuseToLoseForeignFiles(root, survey, keys);
  if (survey.manifest) target->kept_ = std::move(*survey.manifest);
  if (clear) {
    target->WriteInto();
  } else {
    target->BuildBeside(std::move(survey), planned);
  }
  return target;
} catch (const fs::filesystem_error& error) {
  throw FileSystemError("prepare", error);
}

void DumpTarget::Lock(const fs::path& directory) {
  locks_.push_back(std::make_unique<DirectoryLock>(directory));
}

void DumpTarget::WriteInto() {
  CreateDirectories(root_, sync_);
  if (locks_.empty()) Lock(root_);
}

void DumpTarget::BuildBeside(DumpSurvey survey, const std::vector<std::string>& planned) {
  if (IsMountPoint(root_)) {
    throw Error(ExitCode::kLocalStorage,
                fmt::format("replace {}: it is a mount point, whose name cannot be exchanged",
                            EscapeForDisplay(root_.native())),
                "pass a directory below it as --out");
  }
  const std::string prefix = '.' + root_.filename().native() + std::string(kBesideInfix);
  RemoveStaleDirectories(root_.parent_path(), prefix);
  directory_ = root_.parent_path() / (prefix + RandomHex(4));
  CreateDirectories(directory_, sync_);
  Lock(directory_);
  fs::permissions(directory_, fs::status(root_).permissions());
  removable_ = std::move(survey.files);
  removable_.merge(survey.leftovers);
  for (const auto name : {kManifestName, kManifestIndexName, kPartialManifestName}) {
    removable_.emplace(name);
  }
  KeepUnreplaced(planned);
  CarryIndex();
}

void DumpTarget::KeepUnreplaced(const std::vector<std::string>& planned) {
  const std::set<std::string> keys = Keys(planned);
  const auto is_collection = [](const ManifestFile& file) {
    return file.role != ManifestFile::Role::kPrelude;
  };
  for (ManifestPart& part : kept_.parts) {
    std::erase_if(part.files,
                  [&](const auto& file) { return keys.contains(CollectionKey(file.path)); });
  }
  std::erase_if(kept_.parts,
                [&](const auto& part) { return std::ranges::none_of(part.files, is_collection); });
  for (const ManifestPart& part : kept_.parts) {
    for (const ManifestFile& file : part.files) {
      LinkOrCopy(root_ / file.path, directory_ / file.path, sync_);
    }
  }
}

void DumpTarget::CarryIndex() {
  std::vector<ManifestFile*> indexed;
  for (ManifestPart& part : kept_.parts) {
    for (ManifestFile& file : part.files) {
      if (file.index_offset) indexed.push_back(&file);
    }
  }
  if (indexed.empty()) return;
  const LocalFileReader old_index(root_ / kManifestIndexName);
  LocalFileWriter index(directory_, std::string(kManifestIndexName), sync_);
  ByteBuffer section;
  for (ManifestFile* file : indexed) {
    old_index.ReadAt(*file->index_offset, *file->index_bytes, section);
    file->index_offset = index.size();
    index.Append(section.view());
  }
  index.Commit();
}

void DumpTarget::Publish() try {
  if (directory_ == root_) return;
  ExchangeNames(directory_, root_);
  SyncDirectory(root_.parent_path(), sync_);
  const fs::path old = std::exchange(directory_, root_);
  RestMover(old, root_, removable_).Move("");
  SyncDirectory(root_, sync_);
  fs::remove_all(old);
} catch (const fs::filesystem_error& error) {
  throw FileSystemError("remove the old dump", error);
}

DumpTarget::~DumpTarget() {
  if (directory_ == root_) return;
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

}  // namespace haul
