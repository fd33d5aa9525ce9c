#include "formats/dump_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "formats/dump_name.h"
#include "formats/metadata_json.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

constexpr std::ptrdiff_t kFilesToSyncOneByOne = 32;

// Text files are compressed in a gzip dump only, as mongodump does.
std::string_view TextExtension(CodecId codec) {
  return codec == CodecId::kGzip ? GetCodec(codec).extension : "";
}

void CheckName(const std::string& path) {
  if (!IsUtf8(path)) {
    throw Error(ExitCode::kUnsupported,
                fmt::format("write '{}': the name is not UTF-8", EscapeForDisplay(path)));
  }
  if (!StaysBelow(path)) {
    throw Error(ExitCode::kUsage, fmt::format("write '{}': the name leaves the dump's directory",
                                              EscapeForDisplay(path)));
  }
}

void CheckPaths(const std::vector<std::string>& planned) {
  std::set<std::string_view> seen;
  for (const std::string& path : planned) {
    CheckName(path);
    if (seen.insert(path).second) continue;
    throw Error(ExitCode::kConflict, fmt::format("write '{}': two collections have this file name",
                                                 EscapeForDisplay(path)));
  }
}

void AppendFile(const fs::path& path, LocalFileWriter& to) {
  const LocalFileReader from(path);
  ByteBuffer piece;
  for (std::uint64_t at = 0; at < from.size(); at += piece.size()) {
    from.ReadAt(at, std::min(kMiB, from.size() - at), piece);
    to.Append(piece.view());
  }
}

}  // namespace

std::unique_ptr<DumpWriter> DumpWriter::Create(const Options& options,
                                               const std::vector<std::string>& planned) {
  CheckPaths(planned);
  auto target = DumpTarget::Prepare(
      {.root = options.root, .sync = options.sync, .overwrite = options.overwrite}, planned);
  return std::unique_ptr<DumpWriter>(new DumpWriter(options, std::move(target), planned));
}

DumpWriter::DumpWriter(const Options& options, std::unique_ptr<DumpTarget> target,
                       const std::vector<std::string>& planned)
    : options_(options),
      target_(std::move(target)),
      planned_(planned.begin(), planned.end()),
      journal_(target_->directory(), target_->run_id(), options.sync) {}

std::string DumpWriter::DataPath(const Namespace& data_ns, CodecId codec) {
  return fmt::format("{}/{}.bson{}", data_ns.database, FileStem(data_ns.collection),
                     GetCodec(codec).extension);
}

std::string DumpWriter::MetadataPath(const Namespace& logical_ns, CodecId codec) {
  return fmt::format("{}/{}.metadata.json{}", logical_ns.database, FileStem(logical_ns.collection),
                     TextExtension(codec));
}

std::string DumpWriter::AdminDataPath(const std::string& database, const std::string& collection,
                                      CodecId codec) {
  return fmt::format("{}/$admin.{}.bson{}", database, collection, GetCodec(codec).extension);
}

std::string DumpWriter::OplogPath(CodecId codec) {
  return fmt::format("oplog.bson{}",
                     codec == CodecId::kGzip ? std::string_view() : GetCodec(codec).extension);
}

std::unique_ptr<FrameEncoder> DumpWriter::NewEncoder() const {
  return GetCodec(options_.codec.id).new_encoder(options_.codec.level);
}

void DumpWriter::WriteMetadata(const CollectionSpec& spec) {
  ManifestFile entry;
  entry.path = MetadataPath(spec.ns, options_.codec.id);
  entry.role = ManifestFile::Role::kMetadata;
  entry.ns = spec.ns;
  CheckPlanned(entry.path);
  WriteSmallFile(std::move(entry), ToMetadataJson(spec));
}

DataFileWriter& DumpWriter::OpenDataFile(const std::string& path, const Namespace& ns) {
  return Open({.root = target_->directory(),
               .path = path,
               .ns = ns,
               .codec = options_.codec.id,
               .sync = options_.sync});
}

DataFileWriter& DumpWriter::OpenOplog() {
  return Open({.root = target_->directory(),
               .path = OplogPath(options_.codec.id),
               .ns = {},
               .codec = options_.codec.id,
               .sync = options_.sync,
               .role = ManifestFile::Role::kOplog});
}

DataFileWriter& DumpWriter::Open(const DataFileWriter::Target& target) {
  CheckPlanned(target.path);
  auto file = std::make_unique<DataFileWriter>(target, journal_);
  const std::lock_guard lock(mutex_);
  return *data_files_.emplace_back(std::move(file));
}

void DumpWriter::CheckPlanned(const std::string& path) const {
  if (planned_.contains(path)) return;
  throw Error(ExitCode::kInternal,
              fmt::format("write '{}': the file was not planned", EscapeForDisplay(path)));
}

void DumpWriter::WriteSmallFile(ManifestFile entry, std::string_view content) {
  const bool compressed = !TextExtension(options_.codec.id).empty();
  const CodecId codec = compressed ? options_.codec.id : CodecId::kNone;
  const auto encoder = GetCodec(codec).new_encoder(options_.codec.level);
  const ByteView stored = encoder->Encode(AsBytes(content));
  auto file = std::make_unique<LocalFileWriter>(target_->directory(), entry.path, options_.sync);
  file->Append(stored);
  file->Release();
  entry.stored_bytes = stored.size();
  entry.hash = HashToHex(Blake2b256(stored));
  const std::lock_guard lock(mutex_);
  small_files_.push_back({std::move(file), std::move(entry)});
}

void DumpWriter::WritePrelude(const ManifestPart& part, const std::string& folder) {
  ManifestFile entry;
  entry.role = ManifestFile::Role::kPrelude;
  entry.path = folder.empty() ? "" : folder + '/';
  entry.path += fmt::format("prelude.json{}", TextExtension(options_.codec.id));
  // An older part's prelude stays: its manifest vouches for it until the new one is committed.
  if (target_->kept().Find(entry.path) != nullptr) return;
  WriteSmallFile(std::move(entry),
                 fmt::format(R"({{"ServerVersion":"{}","ToolVersion":"{}"}})",
                             EscapeJson(part.server_version), EscapeJson(part.tool_version)));
}

void DumpWriter::Commit(ManifestPart part, const std::string& prelude_folder) {
  CheckAllFinished();
  WritePrelude(part, prelude_folder);
  NameFiles();
  if (part.id.empty()) part.id = target_->run_id();
  part.files = WriteIndex();
  Manifest& manifest = target_->kept();
  manifest.parts.push_back(std::move(part));
  const fs::path& directory = target_->directory();
  WriteFileAtomically(directory / kManifestName, ToJson(manifest), options_.sync);
  journal_.Remove();
  target_->Publish();
}

void DumpWriter::CheckAllFinished() const {
  const auto open = std::ranges::find_if(data_files_, [](const auto& f) { return !f->finished(); });
  if (open == data_files_.end()) return;
  throw Error(ExitCode::kInternal, fmt::format("commit the dump: {} is not finished",
                                               EscapeForDisplay((*open)->entry().path)));
}

// All bytes first, then all names: a name never stands for bytes that a crash could still take.
void DumpWriter::NameFiles() {
  std::vector<LocalFileWriter*> files;
  std::set<fs::path> directories = {target_->directory()};
  for (const auto& data : data_files_) {
    files.push_back(&data->file());
    directories.insert((target_->directory() / data->entry().path).parent_path());
  }
  for (const SmallFile& small : small_files_) {
    files.push_back(small.file.get());
    directories.insert((target_->directory() / small.entry.path).parent_path());
  }
  WaitForDisk(files);
  for (LocalFileWriter* file : files) file->Commit();
  for (const fs::path& directory : directories) SyncDirectory(directory, options_.sync);
}

void DumpWriter::WaitForDisk(const std::vector<LocalFileWriter*>& files) const {
  const auto waiting = std::ranges::count_if(files, [](const auto* f) { return !f->on_disk(); });
  if (waiting > kFilesToSyncOneByOne) {
    SyncFileSystem(target_->directory(), options_.sync);
    for (LocalFileWriter* file : files) file->AssumeOnDisk();
  }
  for (LocalFileWriter* file : files) file->WaitForDisk();
}

std::vector<ManifestFile> DumpWriter::WriteIndex() {
  const fs::path path = target_->directory() / kManifestIndexName;
  std::vector<ManifestFile> entries;
  for (const SmallFile& small : small_files_) entries.push_back(small.entry);
  for (const auto& data : data_files_) entries.push_back(data->entry());
  std::ranges::sort(entries, {}, &ManifestFile::path);
  if (std::ranges::all_of(data_files_, [](const auto& data) { return data->index().empty(); })) {
    return entries;
  }
  std::map<std::string_view, const ByteBuffer*> sections;
  for (const auto& data : data_files_) sections[data->entry().path] = &data->index();
  // The old index is repeated at the front, so that the old manifest keeps its offsets.
  LocalFileWriter index(target_->directory(), std::string(kManifestIndexName), options_.sync);
  if (fs::exists(path)) AppendFile(path, index);
  for (ManifestFile& entry : entries) {
    if (!entry.index_bytes) continue;
    entry.index_offset = index.size();
    index.Append(sections.at(entry.path)->view());
  }
  index.CommitReplacing();
  return entries;
}

}  // namespace haul
