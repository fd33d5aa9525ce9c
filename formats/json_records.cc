#include "formats/json_records.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace haul {

void JsonRecordParser::Parse(const TextBlock& block, ParsedBlock& parsed) {
  parsed.Clear();
  parsed.bad = block.bad;
  if (layout_ == TextLayout::kJsonLines) {
    ParseLines(block, parsed);
  } else {
    ParseObjects(block, parsed);
  }
}

void JsonRecordParser::ParseLines(const TextBlock& block, ParsedBlock& parsed) {
  std::string_view text = AsText(block.text.view());
  for (std::uint64_t number = block.first_line; !text.empty(); ++number) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    ParseLine(text.substr(0, size), number, parsed);
    text.remove_prefix(size);
  }
}

void JsonRecordParser::ParseLine(std::string_view line, std::uint64_t number, ParsedBlock& parsed) {
  const std::size_t documents = parsed.batch.documents();
  JsonParser::Problem problem = parser_.Open(line);
  while (!problem && !parser_.AtEnd()) {
    problem = parser_.Next(parsed.batch.building());
    if (problem) break;
    parsed.batch.Built();
    parsed.lines.push_back(number);
  }
  if (!problem) return;
  parsed.batch.Truncate(documents);
  parsed.lines.resize(documents);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  parsed.bad.push_back({number, problem->ToString(), std::string(line)});
}

void JsonRecordParser::ParseObjects(const TextBlock& block, ParsedBlock& parsed) {
  const std::string_view text = AsText(block.text.view());
  for (const TextRecord& record : block.records) {
    const std::string_view object = text.substr(record.begin, record.size);
    const JsonParser::Problem problem = parser_.Parse(object, parsed.batch.building());
    if (problem) {
      const std::string_view before = object.substr(0, problem->at);
      const auto line =
          record.line + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
      parsed.fault =
          Error(ExitCode::kCorrupt,
                fmt::format("read {} line {}: {}", EscapeForDisplay(name_), line, problem->cause));
      return;
    }
    parsed.batch.Built();
    parsed.lines.push_back(record.line);
  }
}

}  // namespace haul
