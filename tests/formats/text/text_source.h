#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "formats/record_parser.h"
#include "formats/text_blocks.h"

namespace haul {

/// A text in memory that comes in pieces of a chosen size; at its end it may fail.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string text, std::size_t piece = 1 << 20)
      : text_(std::move(text)), piece_(piece) {}

  void FailAtEnd() { fails_ = true; }
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override {
    const std::size_t size = std::min({bytes.size(), piece_, text_.size() - at_});
    if (size == 0 && fails_) throw Error(ExitCode::kCorrupt, "the stream is cut");
    std::memcpy(bytes.data(), text_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
  bool fails_ = false;
};

/// All that a text gives.
struct ReadText {
  std::vector<std::string> documents;
  std::vector<std::uint64_t> lines;
  std::vector<BadRecord> bad;
  std::string fault;  ///< its message
  ExitCode code = ExitCode::kOk;
  std::size_t blocks = 0;
};

/// Reads to the end or the first fault, as a run does.
inline ReadText ReadAll(TextBlocks& blocks, RecordParser& parser) {
  ReadText all;
  TextBlock block;
  ParsedBlock parsed;
  try {
    while (blocks.Next(block)) {
      ++all.blocks;
      parser.Parse(block, parsed);
      for (std::size_t i = 0; i < parsed.batch.documents(); ++i) {
        all.documents.emplace_back(AsText(parsed.batch.at(i)));
      }
      all.lines.insert(all.lines.end(), parsed.lines.begin(), parsed.lines.end());
      all.bad.insert(all.bad.end(), parsed.bad.begin(), parsed.bad.end());
      if (!parsed.fault) continue;
      all.fault = parsed.fault->message();
      all.code = parsed.fault->code();
      break;
    }
  } catch (const Error& error) {
    all.fault = error.message();
    all.code = error.code();
  }
  return all;
}

}  // namespace haul
