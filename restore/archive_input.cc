#include "restore/archive_input.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "restore/archive_feed.h"

namespace haul {
namespace {

namespace fs = std::filesystem;
using Role = ArchiveMember::Role;

constexpr const char* kStandardInput = "-";

Namespace AdminNamespace(DumpedAdminData::Kind kind) {
  switch (kind) {
    case DumpedAdminData::Kind::kUsers:
      return {"admin", "system.users"};
    case DumpedAdminData::Kind::kRoles:
      return {"admin", "system.roles"};
    case DumpedAdminData::Kind::kVersion:
      break;
  }
  return {"admin", "system.version"};
}

}  // namespace

ArchiveInput::ArchiveInput(const std::string& path)
    : path_(path),
      name_(path == kStandardInput ? "the archive on standard input" : EscapeForDisplay(path)),
      source_(std::make_unique<OpenedSource>(path)),
      reader_(std::make_unique<ArchiveReader>(*source_, ArchiveReader::Options{.name = name_})) {}

std::set<std::string> ArchiveInput::Databases() const {
  std::set<std::string> databases;
  for (const ArchiveMember& member : reader_->members()) {
    if (member.role != Role::kOplog) databases.insert(member.spec.ns.database);
  }
  return databases;
}

// Where the documents lie; the name is each member's own.
DataFile ArchiveInput::File(const ArchiveMember& member) const {
  DataFile file;
  file.path = path_;
  file.name = ArchiveFeed::NameOf(member, name_);
  return file;
}

RestoreInput::Contents ArchiveInput::Select(const Selects& selects) {
  Contents contents;
  contents.snapshot = reader_->own() && IsSnapshot(reader_->prelude().origin);
  for (const ArchiveMember& member : reader_->members()) {
    if (member.role == Role::kOplog) {
      contents.oplog = File(member);
    } else if (member.role == Role::kAdminData) {
      if (!selects(AdminNamespace(member.admin))) continue;
      contents.admin_data.push_back({member.admin, member.spec.ns.database, File(member)});
    } else if (selects(member.spec.ns)) {
      DumpedCollection& dumped = contents.collections.emplace_back();
      dumped.spec = member.spec.Clone();
      dumped.has_metadata = member.has_metadata;
      if (member.spec.type != CollectionType::kView) dumped.data = File(member);
    }
  }
  return contents;
}

std::unique_ptr<RestoreFeed> ArchiveInput::NewFeed(const RestorePlan& plan,
                                                   const RestoreOptions& options,
                                                   const StopFlag& stop) {
  return std::make_unique<ArchiveFeed>(
      ArchiveFeed::Stream{path_, name_, source_->regular_file(), *reader_}, plan, options, stop);
}

std::string ArchivePath(const std::string& named) {
  if (named.empty() || named == kStandardInput) return kStandardInput;
  std::error_code ignored;
  if (!fs::exists(named, ignored)) {
    throw Error(ExitCode::kUsage,
                fmt::format("--archive: there is no {}", EscapeForDisplay(named)));
  }
  if (!fs::is_directory(named, ignored)) return named;
  std::string found;
  for (const Codec& codec : Codecs()) {
    const fs::path path = fs::path(named) / ("archive" + std::string(codec.extension));
    if (!fs::exists(path, ignored)) continue;
    if (!found.empty()) {
      throw Error(ExitCode::kUsage,
                  fmt::format("--archive: {} holds more than one archive", EscapeForDisplay(named)),
                  "name one of the files");
    }
    found = path.native();
  }
  if (!found.empty()) return found;
  throw Error(ExitCode::kUsage,
              fmt::format("--archive: {} is a directory without a file archive, archive.gz or "
                          "archive.zst",
                          EscapeForDisplay(named)),
              "a dump that is a directory is restored without --archive");
}

bool IsArchiveFile(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;
  OpenedSource source(path);
  return ArchiveReader::Recognises(source);
}

}  // namespace haul
