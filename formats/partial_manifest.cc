#include "formats/partial_manifest.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "core/base/error.h"
#include "core/base/text.h"
#include "formats/manifest.h"

namespace haul {
namespace {

constexpr std::size_t kHandOverBytes = std::size_t{1} << 20;
constexpr std::chrono::milliseconds kHandOverInterval{300};
constexpr std::string_view kFirstLineStart = R"({"haulPartial":1,"part":")";
constexpr std::string_view kFirstLineEnd = "\"}\n";

std::filesystem::path CreateJournal(const std::filesystem::path& root, std::string_view run_id,
                                    Sync sync) {
  const std::filesystem::path path = root / kPartialManifestName;
  WriteFileAtomically(path, fmt::format("{}{}{}", kFirstLineStart, run_id, kFirstLineEnd), sync);
  return path;
}

}  // namespace

PartialManifest::PartialManifest(const std::filesystem::path& root, std::string_view run_id,
                                 Sync sync)
    : path_(CreateJournal(root, run_id, sync)),
      journal_(path_),
      handed_over_(std::chrono::steady_clock::now()) {}

void PartialManifest::Add(std::string_view file, const FrameEntry& frame,
                          std::optional<std::uint64_t> range) {
  std::string line = fmt::format(
      R"({{"file":"{}","offset":{},"stored":{},"plain":{},"documents":{})", EscapeJson(file),
      frame.offset, frame.stored_size, frame.plain_size, frame.documents);
  if (range) fmt::format_to(std::back_inserter(line), R"(,"range":{})", *range);
  if (!frame.last_id.empty()) {
    fmt::format_to(std::back_inserter(line), R"(,"lastId":"{}")", ToHex(frame.last_id));
  }
  fmt::format_to(std::back_inserter(line), R"(,"hash":"{}"}})", HashToHex(frame.hash));
  line += '\n';

  const std::lock_guard lock(mutex_);
  pending_ += line;
  const auto now = std::chrono::steady_clock::now();
  if (pending_.size() < kHandOverBytes && now - handed_over_ < kHandOverInterval) return;
  HandOver();
}

void PartialManifest::HandOver() {
  journal_.Append(pending_);
  pending_.clear();
  handed_over_ = std::chrono::steady_clock::now();
}

void PartialManifest::Flush() {
  const std::lock_guard lock(mutex_);
  HandOver();
}

PartialManifest::~PartialManifest() {
  try {
    HandOver();
  } catch (const Error&) {
    // The frames whose lines are lost do not count; the run has failed already.
    return;
  }
}

void PartialManifest::Remove() { RemoveFile(path_); }

std::optional<std::string> PartialManifestRun(const std::filesystem::path& root) {
  const std::filesystem::path path = root / kPartialManifestName;
  if (!std::filesystem::exists(std::filesystem::symlink_status(path))) return std::nullopt;
  const LocalFileReader journal(path);
  std::array<std::uint8_t, 256> bytes{};
  std::string_view line = AsText(ByteView(bytes).first(journal.ReadSome(0, bytes)));
  if (!line.starts_with(kFirstLineStart)) return "";
  line.remove_prefix(kFirstLineStart.size());
  return std::string(line.substr(0, line.find('"')));
}

}  // namespace haul
