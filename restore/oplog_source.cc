#include "restore/oplog_source.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/codec.h"

namespace haul {
namespace {

Error TwoOplogs(std::string_view one, std::string_view other) {
  return {ExitCode::kUsage, fmt::format("--oplogReplay: both {} and {} are there", one, other),
          "move one of them away, or leave out --oplogFile"};
}

DataFile FileOf(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) {
    throw Error(ExitCode::kUsage,
                fmt::format("--oplogFile {}: {}", EscapeForDisplay(path), error.message()));
  }
  DataFile file;
  file.path = path;
  file.name = EscapeForDisplay(path);
  file.codec = CodecByFileName(path).id;
  file.stored_bytes = size;
  return file;
}

}  // namespace

bool IsDumpedOplog(const Namespace& ns) {
  return ns.database == "local" && (ns.collection == "oplog.rs" || ns.collection == "oplog.$main");
}

std::optional<DataFile> ChooseOplog(const RestoreOptions& options,
                                    RestoreInput::Contents& contents) {
  std::vector<DataFile> dumped;
  std::erase_if(contents.collections, [&](const DumpedCollection& collection) {
    if (!IsDumpedOplog(collection.spec.ns)) return false;
    if (collection.data) dumped.push_back(*collection.data);
    return true;
  });
  if (!options.oplog_file.empty()) {
    DataFile named = FileOf(options.oplog_file);
    if (contents.oplog) throw TwoOplogs(named.name, contents.oplog->name);
    return named;
  }
  if (contents.oplog) return contents.oplog;
  if (dumped.size() > 1) throw TwoOplogs(dumped[0].name, dumped[1].name);
  if (dumped.empty()) return std::nullopt;
  return std::move(dumped.front());
}

Timestamp ParseOplogLimit(std::string_view text) {
  std::string whole(text);
  if (whole.find(':') == std::string::npos) whole += ':';
  if (whole.ends_with(':')) whole += '0';
  if (const auto limit = ParseTimestamp(whole)) return *limit;
  throw Error(ExitCode::kUsage,
              fmt::format("--oplogLimit '{}' is not a time", EscapeForDisplay(text)),
              "write SECONDS since 1970, or SECONDS:INCREMENT");
}

}  // namespace haul
