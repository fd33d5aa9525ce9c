#include "formats/text_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"
#include "formats/csv_record.h"
#include "formats/json_cut.h"

namespace haul {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::size_t kRead = std::size_t{64} * 1024;
constexpr std::size_t kKeptOfALongLine = 1024;

std::uint64_t LineEnds(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

void DropFront(ByteBuffer& text, std::size_t size) {
  if (size == 0) return;
  std::memmove(text.data(), text.data() + size, text.size() - size);
  text.Resize(text.size() - size);
}

bool InLines(TextLayout layout) {
  return layout == TextLayout::kJsonLines || layout == TextLayout::kTsv;
}

}  // namespace

void TextBlock::Clear() {
  text.Clear();
  first_line = 1;
  number = 0;
  records.clear();
  bad.clear();
}

TextBlocks::TextBlocks(ByteSource& plain, TextLayout layout, Options options)
    : plain_(plain), layout_(layout), options_(std::move(options)) {}

bool TextBlocks::Next(TextBlock& block) { return Cut(block, options_.block_bytes, false); }

bool TextBlocks::NextRecord(TextBlock& block) { return Cut(block, 1, true); }

bool TextBlocks::Cut(TextBlock& block, std::size_t block_bytes, bool one) {
  block.Clear();
  if (broken_) return ThrowFault();
  block.text.swap(rest_);
  std::size_t wanted = block_bytes;
  std::size_t whole = 0;
  for (;;) {
    Fill(block.text, wanted);
    whole = WholeRecords(block, one);
    if (whole > 0 || ended_) break;
    if (block.text.size() > options_.max_record_bytes) RefuseLong(block);
    wanted = std::min(std::max(wanted, 2 * block.text.size()), options_.max_record_bytes + 1);
  }
  rest_.Clear();
  rest_.Append(block.text.view().subspan(whole));
  block.text.Resize(whole);
  block.first_line = next_line_;
  next_line_ += LineEnds(AsText(block.text.view()));
  if (block.text.empty() && block.bad.empty()) return ThrowFault();
  block.number = next_number_++;
  return true;
}

// What is in hand has been handed out: the fault's turn has come, else the end.
bool TextBlocks::ThrowFault() {
  broken_ = true;
  if (fault_) throw *std::exchange(fault_, std::nullopt);
  return false;
}

// At least `size` bytes, but fewer at the end; what reading throws is kept for later.
void TextBlocks::Fill(ByteBuffer& text, std::size_t size) {
  while (!ended_ && (text.size() < size || !began_)) {
    const std::size_t old = text.size();
    const std::size_t room = std::max(size, old + std::min(kRead, options_.block_bytes)) - old;
    text.Resize(old + room);
    std::size_t read = 0;
    try {
      read = plain_.Read({text.data() + old, room});
    } catch (const Error& error) {
      fault_ = error;
    }
    text.Resize(old + read);
    ended_ = read == 0;
    if (began_ || (text.size() < kBom.size() && !ended_)) continue;
    began_ = true;
    if (AsText(text.view()).starts_with(kBom)) DropFront(text, kBom.size());
  }
}

// How much of the text is whole records and what stands between them. At the end of the source the
// last one needs no line end; where the source broke off, it is not whole.
std::size_t TextBlocks::WholeRecords(TextBlock& block, bool one) {
  if (layout_ == TextLayout::kJsonDocuments || layout_ == TextLayout::kJsonArray) {
    return WholeObjects(block);
  }
  const std::string_view text = AsText(block.text.view());
  const bool all = ended_ && !fault_;
  if (all && !one) return text.size();
  std::size_t whole = 0;
  if (layout_ == TextLayout::kCsv) {
    while (const auto size = CsvRecordSize(text.substr(whole))) {
      whole += *size;
      if (one) break;
    }
  } else {
    whole = (one ? text.find('\n') : text.rfind('\n')) + 1;
  }
  return whole == 0 && all ? text.size() : whole;
}

// The same for objects, which go into the block's records; the one that is cut at the end of the
// source too: whoever parses it tells best what is missing.
std::size_t TextBlocks::WholeObjects(TextBlock& block) {
  const std::string_view text = AsText(block.text.view());
  std::uint64_t line = next_line_;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (c == '\n') ++line;
      ++at;
      continue;
    }
    if (c != '{' || !ObjectMayBegin()) {
      if (!TakeSeparator(c, line)) return at;
      ++at;
      continue;
    }
    const std::size_t found = JsonObjectEnd(text, at);
    if (found == std::string_view::npos && (!ended_ || fault_)) return at;
    const std::size_t size = std::min(found, text.size()) - at;
    block.records.push_back({at, size, line});
    line += LineEnds(text.substr(at, size));
    at += size;
    place_ = Place::kBehindValue;
  }
  if (ended_ && !fault_ && layout_ == TextLayout::kJsonArray && place_ != Place::kEnd) {
    const bool begun = place_ != Place::kBegin;
    Fault(ExitCode::kCorrupt, line,
          begun ? "the array does not end: ']' is missing" : "there is no array: '[' is missing");
  }
  return at;
}

bool TextBlocks::ObjectMayBegin() const {
  return layout_ == TextLayout::kJsonDocuments || place_ == Place::kFirst ||
         place_ == Place::kValue;
}

// Any byte outside of the objects; false where it cannot stand there.
bool TextBlocks::TakeSeparator(char c, std::uint64_t line) {
  if (layout_ == TextLayout::kJsonDocuments) {
    return Fault(ExitCode::kCorrupt, line, "a document begins with '{'");
  }
  switch (place_) {
    case Place::kBegin:
      if (c != '[') return Fault(ExitCode::kCorrupt, line, "there is no array: '[' is missing");
      place_ = Place::kFirst;
      return true;
    case Place::kFirst:
    case Place::kValue:
      if (c != ']' || place_ == Place::kValue) {
        return Fault(ExitCode::kCorrupt, line, "a document begins with '{'");
      }
      place_ = Place::kEnd;
      return true;
    case Place::kBehindValue:
      if (c != ',' && c != ']') return Fault(ExitCode::kCorrupt, line, "',' or ']' is expected");
      place_ = c == ',' ? Place::kValue : Place::kEnd;
      return true;
    case Place::kEnd:
      break;
  }
  return Fault(ExitCode::kCorrupt, line, "something follows the array");
}

// A record of which no end is in sight.
void TextBlocks::RefuseLong(TextBlock& block) {
  const std::string cause =
      fmt::format("a record is longer than {}", FormatBytes(options_.max_record_bytes));
  if (!InLines(layout_)) {
    const bool csv = layout_ == TextLayout::kCsv;
    Fault(ExitCode::kLimit, next_line_, csv ? cause + ": is a quote astray?" : cause);
    block.text.Clear();
    return;
  }
  block.bad.push_back({next_line_++, cause + "; only its begin is kept",
                       std::string(AsText(block.text.view()).substr(0, kKeptOfALongLine))});
  std::size_t line_end = std::string_view::npos;
  while (line_end == std::string_view::npos && !ended_) {
    block.text.Clear();
    Fill(block.text, options_.block_bytes);
    line_end = AsText(block.text.view()).find('\n');
  }
  DropFront(block.text, std::min(line_end, block.text.size() - 1) + 1);
}

bool TextBlocks::Fault(ExitCode code, std::uint64_t line, std::string_view cause) {
  fault_ =
      Error(code, fmt::format("read {} line {}: {}", EscapeForDisplay(options_.name), line, cause));
  broken_ = true;
  ended_ = true;
  return false;
}

}  // namespace haul
