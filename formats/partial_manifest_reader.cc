#include "formats/partial_manifest_reader.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/units.h"
#include "core/bson/element.h"
#include "core/bson/extended_json.h"
#include "core/storage/local.h"
#include "formats/manifest.h"

namespace haul {
namespace {

constexpr std::uint64_t kMaxJournalBytes = 1024 * kMiB;

class NotARecord {};

template <typename Count>
Count CountOf(const Document& line, std::string_view key) {
  const auto element = FindElement(line.bytes(), key);
  const auto value = element.has_value() ? element->AsInteger() : std::nullopt;
  if (!value.has_value() || *value < 0) throw NotARecord();
  const auto count = static_cast<std::uint64_t>(*value);
  if (count > std::numeric_limits<Count>::max()) throw NotARecord();
  return static_cast<Count>(count);
}

std::string TextOf(const Document& line, std::string_view key) {
  const auto element = FindElement(line.bytes(), key);
  const auto value = element.has_value() ? element->AsString() : std::nullopt;
  if (!value.has_value()) throw NotARecord();
  return std::string(*value);
}

std::optional<std::pair<std::string, FrameEntry>> ParseRecord(std::string_view text) {
  try {
    const Document line = ParseExtendedJson(text, kPartialManifestName);
    FrameEntry frame;
    frame.offset = CountOf<std::uint64_t>(line, "offset");
    frame.stored_size = CountOf<std::uint32_t>(line, "stored");
    frame.plain_size = CountOf<std::uint32_t>(line, "plain");
    frame.documents = CountOf<std::uint32_t>(line, "documents");
    frame.hash = HashFromHex(TextOf(line, "hash"));
    return std::pair(TextOf(line, "file"), std::move(frame));
  } catch (const NotARecord&) {
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void SortWithoutOverlap(std::vector<FrameEntry>& frames) {
  std::ranges::stable_sort(frames, {}, &FrameEntry::offset);
  std::uint64_t end = 0;
  std::erase_if(frames, [&](const FrameEntry& frame) {
    if (frame.offset < end) return true;
    end = frame.offset + frame.stored_size;
    return false;
  });
}

}  // namespace

std::map<std::string, std::vector<FrameEntry>> ReadPartialManifest(
    const std::filesystem::path& root) {
  std::map<std::string, std::vector<FrameEntry>> frames;
  const std::filesystem::path path = root / kPartialManifestName;
  if (!std::filesystem::exists(path)) return frames;
  const std::string journal = ReadSmallFile(path, kMaxJournalBytes);
  std::string_view rest = journal;
  bool first = true;  // the line that names the run
  for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (std::exchange(first, false)) continue;
    auto record = ParseRecord(line);
    if (!record.has_value()) break;
    frames[record->first].push_back(std::move(record->second));
  }
  for (auto& [file, of_file] : frames) SortWithoutOverlap(of_file);
  return frames;
}

}  // namespace haul
