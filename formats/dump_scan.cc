#include "formats/dump_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/extended_json.h"
#include "core/storage/local.h"
#include "formats/dump_folder.h"
#include "formats/dump_name.h"
#include "formats/partial_manifest_reader.h"

namespace haul {
namespace {

namespace fs = std::filesystem;
using Kind = DumpFileName::Kind;
using Shape = DumpReader::Shape;
using State = DumpReader::State;

constexpr std::string_view kMisnamed = "the manifest lists it as what its name does not say";

Error Fault(const std::string& path, std::string_view cause, std::string hint = {}) {
  return {ExitCode::kCorrupt, fmt::format("read {}: {}", EscapeForDisplay(path), cause),
          std::move(hint)};
}

Error NotADump(const fs::path& root) {
  return {ExitCode::kUnsupported,
          fmt::format("open the dump {}: it is an export, whose documents are JSON",
                      EscapeForDisplay(root.native())),
          "haul-import loads it"};
}

bool IsData(const DumpFile& file) {
  return file.name.kind == Kind::kData || file.name.kind == Kind::kAdminData;
}

bool IsMetadata(const DumpFile& file) { return file.name.kind == Kind::kMetadata; }

void CheckDatabase(const std::string& path, const std::string& database) {
  try {
    CheckDatabaseName(database, "read " + EscapeForDisplay(path));
  } catch (const Error& error) {
    throw Error(ExitCode::kCorrupt, error.message());
  }
}

// Metadata that may belong to the data file: its own, or that of a time-series collection whose
// buckets the data are.
bool MayDescribe(const DumpFile& metadata, const DumpFile& data) {
  const std::string& stem = metadata.name.stem;
  if (stem == data.name.stem) return true;
  if (!data.name.stem.starts_with(kBucketsPrefix)) return false;
  return IsShortenedStem(stem) ||
         FileStem(std::string(kBucketsPrefix) + CollectionFromStem(stem)) == data.name.stem;
}

}  // namespace

DumpScan::DumpScan(const fs::path& path, const DumpReader::Options& options)
    : options_(options), location_(FindDumpLocation(path, options.allow_empty)) {
  dump_.shape_ = location_.shape;
  dump_.root_ = location_.root;
  dump_.manifest_ = FindManifest(location_);
  if (dump_.manifest_ && IsExport(*dump_.manifest_)) throw NotADump(location_.root);
  has_journal_ = fs::exists(fs::symlink_status(location_.root / kPartialManifestName));
  if (!options_.selects) options_.selects = [](const Namespace&) { return true; };
}

DumpReader DumpScan::Run() && {
  AddListedFiles();
  if (location_.shape == Shape::kRoot) {
    ListTop();
  } else {
    ListFolder(location_.database);
  }
  JudgeState();
  AddUnfinished();
  if (location_.shape == Shape::kDataFile) KeepOnlyTheFile();
  Assemble();
  for (const DumpFile& prelude : preludes_) ReadPrelude(prelude);
  WarnOfLaterRun();
  return std::move(dump_);
}

void DumpScan::AddListedFiles() {
  if (!dump_.manifest_.has_value()) return;
  for (const ManifestPart& part : dump_.manifest_->parts) {
    for (const ManifestFile& file : part.files) AddListedFile(file);
  }
}

void DumpScan::AddListedFile(const ManifestFile& listed) {
  const std::size_t slash = listed.path.find('/');
  const bool in_folder = slash != std::string::npos;
  DumpFile file{listed.path, ParseDumpFileName(listed.path.substr(in_folder ? slash + 1 : 0)),
                &listed};
  listed_.emplace(listed.path, &listed);
  if (listed.role == ManifestFile::Role::kOplog) {
    if (!file.IsOplog()) throw Fault(listed.path, kMisnamed);
    AddOplog(file);
    return;
  }
  const bool elsewhere = location_.shape != Shape::kRoot && file.database() != location_.database;
  if (in_folder && elsewhere) return;
  if (listed.role == ManifestFile::Role::kPrelude) {
    preludes_.push_back(std::move(file));
    return;
  }
  const bool as_named = listed.role == ManifestFile::Role::kData ? IsData(file) : IsMetadata(file);
  const bool at_home = file.name.kind == Kind::kAdminData || listed.ns.database == file.database();
  if (!in_folder || !as_named || !at_home) {
    throw Fault(listed.path, kMisnamed);
  }
  CheckDatabase(listed.path, file.database());
  folders_[file.database()].push_back(std::move(file));
}

// The oplog is the whole dump's: a database's folder alone has none.
void DumpScan::AddOplog(const DumpFile& file) {
  if (location_.shape != Shape::kRoot) return;
  if (dump_.oplog_.has_value()) {
    throw Fault(file.path, fmt::format("{} holds an oplog too", dump_.oplog_->name));
  }
  dump_.oplog_ = MakeDataFile(location_.root, file);
}

void DumpScan::ListTop() {
  for (const std::string& entry : ListDirectory(location_.root)) {
    if (!entry.ends_with('/')) {
      Sort(entry, entry);
      continue;
    }
    const std::string database = entry.substr(0, entry.size() - 1);
    ListFolder(database);
    if (folders_.contains(database)) CheckDatabase(entry, database);
  }
}

void DumpScan::ListFolder(const std::string& database) {
  for (const std::string& entry : ListDirectory(location_.root / database)) {
    Sort(database + '/' + entry, entry);
  }
}

void DumpScan::Sort(const std::string& path, const std::string& entry) {
  const bool is_the_file = entry == location_.file_name;
  if (location_.shape == Shape::kDataFile && LooksLikeData(entry) && !is_the_file) return;
  if (entry.ends_with('/')) {
    const DumpFileName name = ParseDumpFileName(entry.substr(0, entry.size() - 1));
    if (name.kind == Kind::kData || name.kind == Kind::kMetadata) {
      throw Fault(path, "is a directory, not a file");
    }
    Note(path, "a folder within a database's folder");
    return;
  }
  if (listed_.contains(path)) return;
  DumpFile file{path, ParseDumpFileName(entry)};
  if (file.name.kind == Kind::kUnfinished) {
    file.name = ParseDumpFileName(file.name.stem);
    const bool ours = IsData(file) || IsMetadata(file) || file.name.kind == Kind::kPrelude;
    if (ours) {
      unfinished_.push_back(std::move(file));
    } else {
      Note(path, "not a file of a dump");
    }
    return;
  }
  if (file.name.kind == Kind::kOwn) return;
  SortUnlisted(file, entry);
}

void DumpScan::SortUnlisted(const DumpFile& file, const std::string& entry) {
  const bool collection_file = IsData(file) || IsMetadata(file);
  if (dump_.manifest_.has_value() && (collection_file || LooksLikeData(entry))) {
    if (has_journal_) {
      left_by_later_run_.push_back(EscapeForDisplay(file.path));
      return;
    }
    throw Fault(file.path, "the manifest does not list it",
                "move the file away, or restore it alone with --db and --collection");
  }
  if (file.IsOplog()) {
    AddOplog(file);
  } else if (file.name.kind == Kind::kPrelude) {
    if (!dump_.manifest_.has_value()) preludes_.push_back(file);
  } else if (collection_file && file.path != entry) {
    folders_[file.database()].push_back(file);
  } else {
    Note(file.path, "not a file of a dump");
  }
}

void DumpScan::JudgeState() {
  if (dump_.manifest_.has_value()) {
    dump_.state_ = State::kComplete;
    return;
  }
  if (!has_journal_ && unfinished_.empty()) return;
  if (!options_.allow_incomplete) {
    throw Error(
        ExitCode::kCorrupt,
        fmt::format("open the dump {}: it is incomplete, the run that wrote it did not finish",
                    EscapeForDisplay(location_.root.native())),
        "dump again, or restore what is there with --allowIncomplete");
  }
  dump_.state_ = State::kIncomplete;
}

void DumpScan::AddUnfinished() {
  if (dump_.state_ == State::kIncomplete) {
    journal_ = ReadPartialManifest(location_.root);
    for (DumpFile& part : unfinished_) AddUnfinished(std::move(part));
    return;
  }
  for (const DumpFile& part : unfinished_) {
    left_by_later_run_.push_back(EscapeForDisplay(part.path));
  }
}

void DumpScan::AddUnfinished(DumpFile part) {
  const std::string final_path = part.path.substr(0, part.path.size() - kPartSuffix.size());
  if (part.path.find('/') == std::string::npos) {
    if (IsData(part)) Note(part.path, "an oplog without its end cannot be replayed");
    return;
  }
  auto& files = folders_[part.database()];
  const bool is_there =
      std::ranges::any_of(files, [&](const DumpFile& file) { return file.path == final_path; });
  if (is_there || part.name.kind == Kind::kPrelude) return;
  const std::string shown = EscapeForDisplay(part.path);
  if (IsData(part)) {
    part.finished_frames = ConfirmedFrames(part, final_path);
    if (!part.finished_frames->empty()) files.push_back(std::move(part));
    return;
  }
  try {
    const Document whole = ParseExtendedJson(ReadDumpText(location_.root, part), "it");
    files.push_back(std::move(part));
  } catch (const Error& error) {
    dump_.warnings_.push_back(fmt::format("{}: passed over, {}", shown, error.message()));
  }
}

std::vector<FrameEntry> DumpScan::ConfirmedFrames(const DumpFile& part,
                                                  const std::string& final_path) {
  std::vector<FrameEntry> frames = journal_[final_path];
  const std::size_t recorded = frames.size();
  const LocalFileReader file(location_.root / part.path);
  ByteBuffer stored;
  std::erase_if(frames, [&](const FrameEntry& frame) {
    if (frame.plain_size > kMaxFrameBytes || frame.offset > file.size() ||
        frame.stored_size > file.size() - frame.offset) {
      return true;
    }
    file.ReadAt(frame.offset, frame.stored_size, stored);
    return Blake2b256(stored.view()) != frame.hash;
  });
  dump_.warnings_.push_back(fmt::format("{}: unfinished, {} of {} recorded frames are usable",
                                        EscapeForDisplay(part.path), frames.size(), recorded));
  return frames;
}

void DumpScan::KeepOnlyTheFile() {
  const std::string path = location_.database + '/' + location_.file_name;
  auto& files = folders_[location_.database];
  const auto found = std::ranges::find(files, path, &DumpFile::path);
  if (found == files.end()) throw Fault(path, "the manifest does not list it");
  const DumpFile data = *found;
  std::erase_if(files, [&](const DumpFile& file) {
    return IsMetadata(file) ? !MayDescribe(file, data) : file.path != path;
  });
}

void DumpScan::Assemble() {
  for (const auto& [database, files] : folders_) {
    DumpFolder folder = AssembleFolder({location_.root, database, files, options_.selects});
    std::ranges::move(folder.collections, std::back_inserter(dump_.collections_));
    std::ranges::move(folder.admin_data, std::back_inserter(dump_.admin_data_));
    std::ranges::move(folder.warnings, std::back_inserter(dump_.warnings_));
    std::ranges::move(folder.notes, std::back_inserter(dump_.notes_));
  }
  if (location_.shape != Shape::kDataFile) return;
  std::erase_if(dump_.collections_,
                [](const DumpedCollection& collection) { return !collection.data.has_value(); });
}

void DumpScan::ReadPrelude(const DumpFile& file) {
  const std::string text = ReadDumpText(location_.root, file);
  std::optional<std::string_view> version;
  Document prelude;
  try {
    prelude = ParseExtendedJson(text, "it");
    const auto field = FindElement(prelude.bytes(), "ServerVersion");
    if (field.has_value()) version = field->AsString();
  } catch (const Error& error) {
    throw Fault(file.path, error.message());
  }
  if (!version.has_value()) throw Fault(file.path, "it does not tell the ServerVersion");
  const bool at_top = file.path.find('/') == std::string::npos;
  dump_.server_versions_[at_top ? std::string() : file.database()] = *version;
}

void DumpScan::WarnOfLaterRun() {
  if (dump_.state_ != State::kComplete || (!has_journal_ && left_by_later_run_.empty())) return;
  constexpr std::size_t kShown = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(kShown, left_by_later_run_.size()); ++i) {
    names += (i == 0 ? ": " : ", ") + left_by_later_run_[i];
  }
  if (left_by_later_run_.size() > kShown) {
    names += fmt::format(" and {} more", left_by_later_run_.size() - kShown);
  }
  dump_.warnings_.push_back(
      fmt::format("a later run did not finish in {}: what it left is passed over{}",
                  EscapeForDisplay(location_.root.native()), names));
}

void DumpScan::Note(const std::string& path, std::string_view why) {
  if (location_.shape == Shape::kDataFile) return;
  dump_.notes_.push_back(fmt::format("{}: passed over, {}", EscapeForDisplay(path), why));
}

}  // namespace haul
