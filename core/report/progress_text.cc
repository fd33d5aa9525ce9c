#include "core/report/progress_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"

namespace haul {
namespace {

bool StartsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// Where the code point number `columns` begins.
std::size_t OffsetOf(std::string_view text, std::size_t columns) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (StartsCodePoint(text[at]) && columns-- == 0) return at;
    ++at;
  }
  return at;
}

std::string Padded(std::string text, std::size_t width) {
  const std::size_t has = DisplayWidth(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

std::string Cut(const std::string& text, std::size_t width) {
  return text.substr(0, OffsetOf(text, width));
}

// By bytes where they are known, else by documents; nothing where neither is. Estimates may be too
// low: what is still at work is never shown as whole.
std::optional<double> Share(Amount done, Amount expected) {
  const bool by_bytes = expected.bytes != 0;
  const std::uint64_t whole = by_bytes ? expected.bytes : expected.documents;
  if (whole == 0) return std::nullopt;
  const auto part = static_cast<double>(by_bytes ? done.bytes : done.documents);
  return std::min(part / static_cast<double>(whole), 0.99);
}

std::string Percent(std::optional<double> share) {
  return share ? fmt::format("{:3.0f}%", std::floor(*share * 100)) : "    ";
}

std::string Bar(std::optional<double> share, std::size_t width) {
  const auto filled = static_cast<std::size_t>(share.value_or(0) * static_cast<double>(width));
  return fmt::format("[{}{}]", std::string(filled, '#'), std::string(width - filled, '.'));
}

std::uint64_t Rounded(double value) { return static_cast<std::uint64_t>(std::llround(value)); }

std::string PaceText(const RateMeter& rate) {
  const Pace pace = rate.pace();
  return fmt::format("{:.1f} MB/s, {} docs/s", pace.bytes_per_second / 1e6,
                     FormatCount(Rounded(pace.documents_per_second)));
}

std::string CollectionLine(const ProgressSnapshot::Collection& collection, std::size_t columns) {
  const std::size_t name_width = std::clamp<std::size_t>(columns / 3, 8, 40);
  const std::size_t bar_width = std::clamp<std::size_t>(columns / 4, 4, 24);
  const auto share = Share(collection.done, collection.expected);
  const std::string name = Padded(ShortName(collection.name, name_width), name_width);
  return Cut(fmt::format("{} {} {} {}", name, Bar(share, bar_width), Percent(share),
                         FormatBytes(collection.done.bytes)),
             columns);
}

// The most telling facts first: what does not fit is left out whole.
std::string FittingFacts(const std::vector<std::string>& facts, std::size_t columns) {
  std::string line;
  for (const std::string& fact : facts) {
    const std::string longer = line.empty() ? fact : fmt::format("{}, {}", line, fact);
    if (!line.empty() && DisplayWidth(longer) > columns) continue;
    line = longer;
  }
  return Cut(line, columns);
}

std::vector<std::string> TotalFacts(const ProgressSnapshot& snapshot, const RateMeter& rate) {
  std::vector<std::string> facts;
  const auto share = Share(snapshot.done, snapshot.expected);
  if (share) facts.push_back(fmt::format("{:.0f}%", std::floor(*share * 100)));
  facts.push_back(FormatBytes(snapshot.done.bytes));
  facts.push_back(PaceText(rate));
  if (const auto left = rate.TimeLeft(snapshot.expected)) {
    facts.push_back(fmt::format("ETA {}", FormatDuration(*left)));
  }
  facts.push_back(fmt::format("{} docs", FormatCount(snapshot.done.documents)));
  if (snapshot.rejected != 0) {
    facts.push_back(fmt::format("{} rejected", FormatCount(snapshot.rejected)));
  }
  facts.push_back(
      fmt::format("{} of {} collections", snapshot.collections_done, snapshot.collections));
  return facts;
}

}  // namespace

std::size_t DisplayWidth(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), StartsCodePoint));
}

std::string ShortName(std::string_view name, std::size_t width) {
  const std::string shown = EscapeForDisplay(name);
  const std::size_t has = DisplayWidth(shown);
  if (has <= width || width < 5) return Cut(shown, width);
  const std::size_t tail = (width - 2) / 2;
  const std::size_t head = width - 2 - tail;
  return Cut(shown, head) + ".." + shown.substr(OffsetOf(shown, has - tail));
}

std::string LiveBlock(const ProgressSnapshot& snapshot, const RateMeter& rate, std::size_t width) {
  const std::size_t columns = std::max<std::size_t>(width, 20) - 1;
  std::string block;
  const std::size_t bars = std::min(snapshot.at_work.size(), kMaxBars);
  for (std::size_t i = 0; i < bars; ++i) {
    block += CollectionLine(snapshot.at_work[i], columns) + "\n";
  }
  if (bars < snapshot.at_work.size()) {
    block += Cut(fmt::format("and {} more", snapshot.at_work.size() - bars), columns) + "\n";
  }
  if (!snapshot.phase.empty()) block += ShortName(snapshot.phase, columns) + "\n";
  return block + FittingFacts(TotalFacts(snapshot, rate), columns);
}

std::string ProgressLine(const ProgressSnapshot& snapshot, const RateMeter& rate) {
  std::string line = fmt::format("{}", fmt::join(TotalFacts(snapshot, rate), ", "));
  if (!snapshot.phase.empty()) line = fmt::format("{}: {}", snapshot.phase, line);
  return line;
}

LogFields ProgressFields(const ProgressSnapshot& snapshot, const RateMeter& rate) {
  const Pace pace = rate.pace();
  LogFields fields = {{"documents", snapshot.done.documents},
                      {"bytes", snapshot.done.bytes},
                      {"rejected", snapshot.rejected},
                      {"collectionsDone", std::uint64_t{snapshot.collections_done}},
                      {"collections", std::uint64_t{snapshot.collections}},
                      {"bytesPerSecond", Rounded(pace.bytes_per_second)},
                      {"documentsPerSecond", Rounded(pace.documents_per_second)}};
  if (snapshot.expected.documents != 0) {
    fields.push_back({"expectedDocuments", snapshot.expected.documents});
  }
  if (snapshot.expected.bytes != 0) fields.push_back({"expectedBytes", snapshot.expected.bytes});
  if (const auto left = rate.TimeLeft(snapshot.expected)) {
    fields.push_back({"secondsLeft", std::int64_t{left->count()}});
  }
  if (!snapshot.phase.empty()) fields.push_back({"phase", snapshot.phase});
  return fields;
}

}  // namespace haul
