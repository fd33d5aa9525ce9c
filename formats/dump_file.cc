#include "formats/dump_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/io/checksum.h"
#include "core/storage/local.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDataSuffix = ".bson";
constexpr std::string_view kOldDataSuffix = ".bin";
constexpr std::string_view kMetadataSuffix = ".metadata.json";
constexpr std::string_view kPreludeName = "prelude.json";
constexpr std::string_view kAdminPrefix = "$admin.";
constexpr std::uint64_t kMaxTextBytes = 64 * kMiB;

std::string Decompressed(const Codec& codec, std::string_view stored) {
  const auto decoder = codec.new_decoder();
  ByteBuffer piece;
  piece.Resize(256 * kKiB);
  std::string text;
  for (ByteView rest = AsBytes(stored);;) {
    const auto progress = decoder->Decode(rest, {piece.data(), piece.size()});
    rest = rest.subspan(progress.consumed);
    text.append(AsText(piece.view().first(progress.produced)));
    if (text.size() > kMaxTextBytes) throw Error(ExitCode::kLimit, "it is larger than 64 MiB");
    if (progress.consumed == 0 && progress.produced == 0) break;
  }
  if (!decoder->AtBoundary()) {
    throw Error(ExitCode::kCorrupt, fmt::format("the {} stream is cut short", codec.name));
  }
  return text;
}

std::string PlainText(CodecId proposed, std::string_view stored) {
  // Text never begins like a compressed stream, so that the magic alone decides.
  for (const Codec& codec : Codecs()) {
    if (codec.recognises(AsBytes(stored))) return Decompressed(codec, stored);
  }
  if (stored.empty() && proposed != CodecId::kNone) {
    throw Error(ExitCode::kCorrupt, "the file is empty, not even a compressed stream");
  }
  return std::string(stored);
}

void CheckListed(const ManifestFile& listed, std::string_view stored) {
  if (stored.size() != listed.stored_bytes) {
    throw Error(ExitCode::kCorrupt, fmt::format("it is {} bytes long, the manifest says {}",
                                                stored.size(), listed.stored_bytes));
  }
  if (HashToHex(Blake2b256(AsBytes(stored))) != listed.hash) {
    throw Error(ExitCode::kCorrupt, "its bytes were changed, the hash is not the manifest's");
  }
}

}  // namespace

DumpFileName ParseDumpFileName(std::string_view file_name) {
  using Kind = DumpFileName::Kind;
  constexpr std::array kOwnNames = {kManifestName, kManifestIndexName, kPartialManifestName};
  if (std::ranges::find(kOwnNames, file_name) != kOwnNames.end()) return {Kind::kOwn, {}, {}};
  if (file_name.ends_with(kPartSuffix)) {
    file_name.remove_suffix(kPartSuffix.size());
    return {Kind::kUnfinished, std::string(file_name), {}};
  }
  const Codec& codec = CodecByFileName(file_name);
  file_name.remove_suffix(codec.extension.size());
  if (file_name == kPreludeName) return {Kind::kPrelude, {}, codec.id};
  if (file_name.ends_with(kMetadataSuffix)) {
    file_name.remove_suffix(kMetadataSuffix.size());
    return {Kind::kMetadata, std::string(file_name), codec.id};
  }
  if (codec.id == CodecId::kNone && file_name.ends_with(kOldDataSuffix)) {
    file_name.remove_suffix(kOldDataSuffix.size());
    return {Kind::kData, std::string(file_name), codec.id};
  }
  if (!file_name.ends_with(kDataSuffix)) return {Kind::kOther, {}, codec.id};
  file_name.remove_suffix(kDataSuffix.size());
  if (!file_name.starts_with(kAdminPrefix)) return {Kind::kData, std::string(file_name), codec.id};
  file_name.remove_prefix(kAdminPrefix.size());
  return {Kind::kAdminData, std::string(file_name), codec.id};
}

bool LooksLikeData(std::string_view file_name) {
  if (file_name.ends_with(kPartSuffix)) return false;
  const std::size_t at = file_name.rfind(kDataSuffix);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = file_name.substr(at + kDataSuffix.size());
  return rest.empty() || rest.front() == '.';
}

bool DumpFile::IsOplog() const {
  return name.kind == DumpFileName::Kind::kData && name.stem == "oplog" &&
         path.find('/') == std::string::npos;
}

std::vector<std::string> ListDirectory(const fs::path& directory) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    const bool is_directory = at->is_directory(ignored);
    names.push_back(at->path().filename().native() + (is_directory ? "/" : ""));
  }
  if (error) {
    throw Error(ExitCode::kLocalStorage,
                fmt::format("list {}: {}", EscapeForDisplay(directory.native()), error.message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ReadDumpText(const fs::path& root, const DumpFile& file) {
  const fs::path path = file.listed != nullptr ? PathBelow(root, file.path) : root / file.path;
  const std::string stored = ReadSmallFile(path, kMaxTextBytes);
  try {
    if (file.listed != nullptr) CheckListed(*file.listed, stored);
    return PlainText(file.name.codec, stored);
  } catch (const Error& error) {
    throw error.WithContext(fmt::format("read {}", EscapeForDisplay(file.path)));
  }
}

fs::path PathBelow(const fs::path& root, const std::string& path) {
  std::error_code error;
  const fs::path real_root = fs::canonical(root, error);
  const fs::path real = error ? fs::path() : fs::canonical(root / path, error);
  if (error) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("read {}: the manifest lists it, but: {}", EscapeForDisplay(path),
                            error.message()),
                "the dump is incomplete: copy it again, whole");
  }
  const auto [in_root, in_path] =
      std::mismatch(real_root.begin(), real_root.end(), real.begin(), real.end());
  if (in_root != real_root.end()) {
    throw Error(ExitCode::kCorrupt, fmt::format("read {}: a symbolic link leads out of the dump",
                                                EscapeForDisplay(path)));
  }
  return root / path;
}

}  // namespace haul
