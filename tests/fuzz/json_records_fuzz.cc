// A byte that chooses the layout, one for the size of blocks, and a text in that layout.
#include <array>

#include "formats/json_cut.h"
#include "formats/json_records.h"
#include "tests/fuzz/read_both_ways.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using haul::TextLayout;
  constexpr std::array kLayouts = {TextLayout::kJsonLines, TextLayout::kJsonDocuments,
                                   TextLayout::kJsonArray};
  if (size < 2) return 0;
  const TextLayout layout = kLayouts[data[0] % kLayouts.size()];
  const std::size_t block_bytes = data[1] + std::size_t{1};
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  (void)haul::JsonLayoutOf(text);
  static std::array<haul::JsonRecordParser, kLayouts.size()> parsers = {
      haul::JsonRecordParser{kLayouts[0], "it"}, haul::JsonRecordParser{kLayouts[1], "it"},
      haul::JsonRecordParser{kLayouts[2], "it"}};
  haul::ReadBothWays(text, layout, block_bytes, parsers[data[0] % kLayouts.size()]);
  return 0;
}
