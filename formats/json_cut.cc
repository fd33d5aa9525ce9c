#include "formats/json_cut.h"

#include "core/bson/string_scan.h"

namespace haul {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

}  // namespace

std::size_t JsonObjectEnd(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    switch (text[at]) {
      case '"':
        at = JsonStringEnd(text, at + 1);
        break;
      case '{':
      case '[':
        ++depth;
        ++at;
        break;
      case '}':
      case ']':
        ++at;
        if (--depth == 0) return at;
        break;
      default:
        ++at;
        break;
    }
  }
  return std::string_view::npos;
}

TextLayout JsonLayoutOf(std::string_view head) {
  if (head.starts_with(kBom)) head.remove_prefix(kBom.size());
  const std::size_t begin = head.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return TextLayout::kJsonLines;
  if (head[begin] == '[') return TextLayout::kJsonArray;
  const std::size_t line_end = head.find('\n', begin);
  const std::string_view line = head.substr(begin, line_end - begin);
  const bool ends_in_line = line.front() != '{' || JsonObjectEnd(line, 0) != std::string_view::npos;
  if (ends_in_line || line_end == std::string_view::npos) return TextLayout::kJsonLines;
  const std::size_t next = head.find_first_not_of("\r\n", line_end);
  const bool next_begins = next != std::string_view::npos && head[next] == '{';
  return next_begins ? TextLayout::kJsonLines : TextLayout::kJsonDocuments;
}

}  // namespace haul
