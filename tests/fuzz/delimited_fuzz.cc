// A byte of options, one for the size of blocks, and a text whose first record is the header.
#include <array>
#include <memory>

#include "formats/delimited_records.h"
#include "tests/fuzz/read_both_ways.h"

namespace haul {
namespace {

// Null where the header is none.
std::unique_ptr<Columns> ReadColumns(std::string_view text, TextLayout layout,
                                     Columns::Options options) {
  TextSource source{std::string(text)};
  TextBlocks blocks(source, layout, {.name = "it"});
  try {
    return std::make_unique<Columns>(ReadHeader(blocks, layout), options);
  } catch (const Error&) {
    return nullptr;
  }
}

void Check(std::uint8_t options, std::size_t block_bytes, std::string_view text) {
  constexpr std::array kGraces = {ParseGrace::kSkipRow, ParseGrace::kStop, ParseGrace::kAutoCast,
                                  ParseGrace::kSkipField};
  const TextLayout layout = (options & 1) != 0 ? TextLayout::kTsv : TextLayout::kCsv;
  const std::unique_ptr<Columns> columns = ReadColumns(
      text, layout, {.have_types = (options & 2) != 0, .array_index_fields = (options & 4) != 0});
  if (columns == nullptr) return;
  DelimitedRecordParser parser(
      layout, *columns, {.ignore_blanks = (options & 8) != 0, .grace = kGraces[options >> 4 & 3]});
  ReadBothWays(text, layout, block_bytes, parser);
}

}  // namespace
}  // namespace haul

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  haul::Check(data[0], data[1] + std::size_t{1},
              {reinterpret_cast<const char*>(data) + 2, size - 2});
  return 0;
}
