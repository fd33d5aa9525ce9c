#include "formats/delimited_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"
#include "core/bson/framing.h"

namespace haul {
namespace {

std::string SurplusName(std::size_t cell) { return fmt::format("field{}", cell); }

bool HasField(const Columns& columns, std::string_view name) {
  const std::vector<ColumnField>& fields = columns.root().fields;
  return std::any_of(fields.begin(), fields.end(),
                     [&](const ColumnField& field) { return field.name == name; });
}

bool IsPlain(std::string_view text) {
  return text.find('\0') == std::string_view::npos && IsUtf8(text);
}

std::uint64_t LineEnds(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string_view WithoutLineEnd(std::string_view record) {
  if (record.ends_with('\n')) record.remove_suffix(1);
  if (record.ends_with('\r')) record.remove_suffix(1);
  return record;
}

}  // namespace

std::optional<ParseGrace> ParseGraceOf(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, ParseGrace>, 4> kWords = {
      {{"stop", ParseGrace::kStop},
       {"autoCast", ParseGrace::kAutoCast},
       {"skipField", ParseGrace::kSkipField},
       {"skipRow", ParseGrace::kSkipRow}}};
  for (const auto& [name, grace] : kWords) {
    if (name == word) return grace;
  }
  return std::nullopt;
}

DelimitedRecordParser::DelimitedRecordParser(TextLayout layout, const Columns& columns,
                                             Options options)
    : layout_(layout), columns_(columns), options_(std::move(options)) {}

void DelimitedRecordParser::Parse(const TextBlock& block, ParsedBlock& parsed) {
  parsed.Clear();
  parsed.bad = block.bad;
  std::string_view text = AsText(block.text.view());
  plain_text_ = IsPlain(text);
  std::uint64_t line = block.first_line;
  while (!text.empty() && !parsed.fault) {
    problem_.clear();
    const std::size_t size = Split(text);
    const std::string_view record = text.substr(0, size);
    if (!cells_.empty() || !problem_.empty()) Convert(line, record, parsed);
    line += LineEnds(record);
    text.remove_prefix(size);
  }
}

// The size of the first record; no cells for an empty line.
std::size_t DelimitedRecordParser::Split(std::string_view text) {
  if (layout_ == TextLayout::kTsv) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, size);
    SplitTsvLine(line, cells_);
    if (cells_.size() == 1 && cells_[0].empty()) cells_.clear();
    return size;
  }
  cells_.clear();
  if (!csv_.Split(text)) return csv_.size();
  problem_ = csv_.problem();
  for (std::size_t i = 0; problem_.empty() && i < csv_.cells(); ++i) {
    cells_.push_back(csv_.cell(i));
  }
  return csv_.size();
}

void DelimitedRecordParser::Convert(std::uint64_t line, std::string_view record,
                                    ParsedBlock& parsed) {
  if (problem_.empty()) problem_ = TextProblem(record);
  if (problem_.empty()) {
    misfit_ = false;
    BsonOutput out(parsed.batch.building());
    switch (WriteDocument(out)) {
      case Outcome::kWritten:
        out.Finish();
        parsed.batch.Built();
        parsed.lines.push_back(line);
        return;
      case Outcome::kNothing:
        out.Undo();
        return;
      case Outcome::kBad:
        out.Undo();
        break;
    }
    if (misfit_ && options_.grace == ParseGrace::kStop) {
      parsed.fault = Error(
          ExitCode::kCorrupt,
          fmt::format("read {} line {}: {}", EscapeForDisplay(options_.name), line, problem_));
      return;
    }
  }
  parsed.bad.push_back({line, problem_, std::string(WithoutLineEnd(record))});
}

std::string_view DelimitedRecordParser::TextProblem(std::string_view record) const {
  if (plain_text_) return {};
  if (record.find('\0') != std::string_view::npos) return "the record holds a NUL";
  return IsUtf8(record) ? "" : "the record is not UTF-8";
}

DelimitedRecordParser::Outcome DelimitedRecordParser::WriteDocument(BsonOutput& out) {
  const std::size_t length_at = out.OpenLength();
  const Outcome fields = WriteFields(columns_.root(), out);
  if (fields == Outcome::kBad) return fields;
  const Outcome surplus = WriteSurplus(out);
  if (surplus == Outcome::kBad) return surplus;
  out.CloseDocument(length_at);
  if (out.size() > kMaxDocumentSize) {
    problem_ = "the document is larger than 16 MiB";
    return Outcome::kBad;
  }
  // A record without a value is a document all the same, unless blanks are not wanted.
  const bool empty = fields == Outcome::kNothing && surplus == Outcome::kNothing;
  return empty && options_.ignore_blanks ? Outcome::kNothing : Outcome::kWritten;
}

DelimitedRecordParser::Outcome DelimitedRecordParser::WriteFields(const ColumnField& parent,
                                                                  BsonOutput& out) {
  std::size_t written = 0;
  std::string index;
  for (const ColumnField& field : parent.fields) {
    if (parent.array) index = fmt::to_string(written);
    const Outcome outcome = WriteField(field, parent.array ? index : field.name, out);
    if (outcome == Outcome::kBad) return outcome;
    if (outcome == Outcome::kWritten) ++written;
  }
  return written > 0 ? Outcome::kWritten : Outcome::kNothing;
}

DelimitedRecordParser::Outcome DelimitedRecordParser::WriteField(const ColumnField& field,
                                                                 std::string_view name,
                                                                 BsonOutput& out) {
  const bool leaf = field.column != ColumnField::kNoColumn;
  if (leaf &&
      (field.column >= cells_.size() || (options_.ignore_blanks && cells_[field.column].empty()))) {
    return Outcome::kNothing;
  }
  const std::size_t type_at = out.at();
  out.Byte(0);
  out.Bytes(AsBytes(name));
  out.Byte(0);
  Outcome outcome = Outcome::kNothing;
  if (leaf) {
    outcome = WriteCell(field.column, type_at, out);
  } else {
    out.SetType(type_at, field.array ? BsonType::kArray : BsonType::kDocument);
    const std::size_t length_at = out.OpenLength();
    outcome = WriteFields(field, out);
    out.CloseDocument(length_at);
  }
  if (outcome == Outcome::kNothing) out.Rewind(type_at);
  return outcome;
}

DelimitedRecordParser::Outcome DelimitedRecordParser::WriteCell(std::size_t column,
                                                                std::size_t type_at,
                                                                BsonOutput& out) {
  const CellType& type = columns_.type(column);
  if (type.Append(cells_[column], type_at, out)) return Outcome::kWritten;
  switch (options_.grace) {
    case ParseGrace::kAutoCast:
      return CellType().Append(cells_[column], type_at, out) ? Outcome::kWritten
                                                             : Outcome::kNothing;
    case ParseGrace::kSkipField:
      return Outcome::kNothing;
    case ParseGrace::kSkipRow:
    case ParseGrace::kStop:
      break;
  }
  misfit_ = true;
  problem_ =
      fmt::format("column '{}' is no {}", EscapeForDisplay(columns_.name(column)), type.name());
  return Outcome::kBad;
}

DelimitedRecordParser::Outcome DelimitedRecordParser::WriteSurplus(BsonOutput& out) {
  static const CellType kAuto;
  Outcome outcome = Outcome::kNothing;
  for (std::size_t cell = columns_.size(); cell < cells_.size(); ++cell) {
    if (options_.ignore_blanks && cells_[cell].empty()) continue;
    const std::string name = SurplusName(cell);
    if (HasField(columns_, name)) {
      problem_ =
          fmt::format("cell {} has no column, and {} is the name of another one", cell + 1, name);
      return Outcome::kBad;
    }
    const std::size_t type_at = out.at();
    out.Byte(0);
    out.Bytes(AsBytes(name));
    out.Byte(0);
    if (kAuto.Append(cells_[cell], type_at, out)) outcome = Outcome::kWritten;
  }
  return outcome;
}

}  // namespace haul
