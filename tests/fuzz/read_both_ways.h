#pragma once

#include <string>
#include <string_view>

#include "core/bson/validate.h"
#include "tests/formats/text/text_source.h"
#include "tests/fuzz/fuzz_target.h"

namespace haul {

/// Reads a text in one block and in small ones, which must give the same; every document is whole.
inline void ReadBothWays(std::string_view text, TextLayout layout, std::size_t block_bytes,
                         RecordParser& parser) {
  constexpr std::size_t kMostRecord = 4096;
  const auto read = [&](std::size_t size) {
    TextSource source(std::string(text), size);
    TextBlocks blocks(source, layout,
                      {.name = "it", .block_bytes = size, .max_record_bytes = kMostRecord});
    return ReadAll(blocks, parser);
  };
  const ReadText whole = read(kMostRecord);
  const ReadText pieces = read(block_bytes);
  Hold(whole.fault == pieces.fault, "the fault is the same");
  Hold(whole.documents == pieces.documents, "the documents are the same");
  Hold(whole.lines == pieces.lines, "their lines are the same");
  Hold(whole.lines.size() == whole.documents.size(), "each document has a line");
  Hold(whole.bad.size() == pieces.bad.size(), "the bad records are as many");
  for (std::size_t i = 0; i < whole.bad.size(); ++i) {
    Hold(whole.bad[i].line == pieces.bad[i].line && whole.bad[i].text == pieces.bad[i].text &&
             whole.bad[i].reason == pieces.bad[i].reason,
         "the bad records are the same");
  }
  for (const std::string& document : whole.documents) ValidateDocument(AsBytes(document));
}

}  // namespace haul
