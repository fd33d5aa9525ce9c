#include "tools/inspect/opened_documents.h"

#include <string>
#include <utility>

#include "core/base/text.h"
#include "formats/codec_probe.h"
#include "formats/document_stream.h"
#include "formats/dump_folder.h"
#include "formats/dump_location.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

DataFile AloneFile(const fs::path& path) {
  DataFile file;
  file.path = path;
  file.name = EscapeForDisplay(path.native());
  file.codec = CodecByFileName(path.native()).id;
  return file;
}

// Nothing where no manifest lists the file, or none can be read: then the file speaks for itself.
std::optional<DataFile> ListedFile(const fs::path& path) {
  const DumpFileName::Kind kind = ParseDumpFileName(path.filename().native()).kind;
  if (kind != DumpFileName::Kind::kData && kind != DumpFileName::Kind::kAdminData) {
    return std::nullopt;
  }
  const DumpLocation location = FindDumpLocation(path);
  const std::optional<Manifest> manifest = FindManifest(location);
  if (!manifest) return std::nullopt;
  const std::string below_root = location.database + '/' + location.file_name;
  const ManifestFile* const listed = manifest->Find(below_root);
  if (listed == nullptr) return std::nullopt;
  return MakeDataFile(
      location.root,
      {.path = below_root, .name = ParseDumpFileName(location.file_name), .listed = listed});
}

}  // namespace

void OpenedDocuments::UseReader(DataFile file) {
  reader_ = std::make_unique<DataFileReader>(std::move(file));
  if (reader_->indexed()) {
    feed_ = std::make_unique<DocumentFeed>(*reader_, range_);
    return;
  }
  source_ = reader_->NewSource();
  feed_ = std::make_unique<DocumentFeed>(*source_, range_);
}

void OpenedDocuments::UsePlainStream(const DataFile& file) {
  file_ = std::make_unique<LocalFileReader>(file.path);
  const CodecId codec = ProbeCodec(*file_, file.codec);
  source_ = std::make_unique<DocumentStream>(
      *file_, DocumentStream::Options{.name = file.name, .codec = codec});
  feed_ = std::make_unique<DocumentFeed>(*source_, range_);
}

OpenedDocuments OpenedDocuments::OfDataFile(const DataFile& file, DocumentRange range, Log& log) {
  OpenedDocuments opened(range);
  try {
    opened.UseReader(file);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kCorrupt) throw;
    log.Error(error.message());
    opened.code_ = error.code();
    opened.UsePlainStream(file);
  }
  return opened;
}

OpenedDocuments OpenedDocuments::OfFile(const fs::path& path, DocumentRange range, Log& log) {
  ExitCode code = ExitCode::kOk;
  std::optional<DataFile> file;
  try {
    file = ListedFile(path);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kCorrupt) throw;
    log.Error(error.message());
    code = error.code();
  }
  OpenedDocuments opened = OfDataFile(file ? *file : AloneFile(path), range, log);
  opened.code_ = MoreSevere(opened.code_, code);
  return opened;
}

OpenedDocuments OpenedDocuments::OfSource(DocumentSource& source, DocumentRange range) {
  OpenedDocuments opened(range);
  opened.feed_ = std::make_unique<DocumentFeed>(source, range);
  return opened;
}

OpenedDocuments OpenedDocuments::OfPipe(PeekedSource& source, DocumentRange range) {
  OpenedDocuments opened(range);
  const CodecId codec = ProbeCodec(source);
  opened.source_ = std::make_unique<DocumentStream>(
      source, DocumentStream::Options{.name = "standard input", .codec = codec});
  opened.feed_ = std::make_unique<DocumentFeed>(*opened.source_, range);
  return opened;
}

}  // namespace haul
