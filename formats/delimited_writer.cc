#include "formats/delimited_writer.h"

#include <charconv>
#include <utility>

#include "core/base/error.h"
#include "core/bson/element_scan.h"
#include "core/bson/json_text.h"

namespace haul {
namespace {

std::vector<std::string> SplitPath(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// An array's elements are counted: what they are called need not be their number.
std::optional<Element> ElementAt(ByteView array, const std::string& index) {
  std::size_t number = 0;
  const char* const end = index.data() + index.size();
  const auto [at, error] = std::from_chars(index.data(), end, number);
  if (error != std::errc() || at != end) return std::nullopt;
  ElementWalk walk(array);
  std::optional<Element> element = walk.Next();
  for (; element && number > 0; --number) element = walk.Next();
  return element;
}

bool LooksLikeFormula(std::string_view text) {
  constexpr std::string_view kFirst = "=+-@\t\r";
  return !text.empty() && kFirst.find(text.front()) != std::string_view::npos;
}

bool NeedsQuotes(std::string_view text) {
  const bool blank = !text.empty() && (text.front() == ' ' || text.front() == '\t' ||
                                       text.back() == ' ' || text.back() == '\t');
  return blank || text.find_first_of(",\"\r\n") != std::string_view::npos;
}

}  // namespace

DelimitedWriter::DelimitedWriter(DelimitedLayout layout) : layout_(std::move(layout)) {
  for (const std::string& name : layout_.columns) {
    std::vector<std::string> parts = SplitPath(name);
    const std::size_t top = tops_.emplace(parts.front(), tops_.size()).first->second;
    parts.erase(parts.begin());
    columns_.push_back({name, top, std::move(parts)});
  }
  fields_.resize(tops_.size());
}

void DelimitedWriter::AppendHeader(ByteBuffer& out) {
  JsonText row(out);
  for (const Column& column : columns_) {
    if (&column != &columns_.front()) row.Raw(layout_.kind == DelimitedKind::kCsv ? ',' : '\t');
    PutCell(column.name, false, out);
  }
  row.Raw('\n');
}

void DelimitedWriter::Append(ByteView document, ByteBuffer& out) {
  const std::size_t begin = out.size();
  JsonText row(out);
  try {
    Collect(document);
    for (const Column& column : columns_) {
      if (&column != &columns_.front()) row.Raw(layout_.kind == DelimitedKind::kCsv ? ',' : '\t');
      const std::optional<Element> element = Find(column);
      text_.Clear();
      if (element) cell_.Append(*element, text_);
      PutCell(AsText(text_.view()), element && DelimitedCell::IsNumber(*element), out);
    }
  } catch (...) {
    out.Resize(begin);
    throw;
  }
  row.Raw('\n');
}

// The first of several fields of one name.
void DelimitedWriter::Collect(ByteView document) {
  if (const char* problem = DocumentFrameProblem(document); problem != nullptr) {
    throw Error(ExitCode::kCorrupt, std::string("a document ") + problem);
  }
  std::fill(fields_.begin(), fields_.end(), std::nullopt);
  std::size_t missing = fields_.size();
  std::string key;
  ElementWalk walk(document);
  while (missing > 0) {
    const auto element = walk.Next();
    if (!element) break;
    key = element->key;
    const auto top = tops_.find(key);
    if (top == tops_.end() || fields_[top->second]) continue;
    fields_[top->second] = *element;
    --missing;
  }
}

std::optional<Element> DelimitedWriter::Find(const Column& column) const {
  std::optional<Element> element = fields_[column.top];
  for (const std::string& part : column.below) {
    const auto nested = element ? element->AsDocument() : std::nullopt;
    if (!nested) return std::nullopt;
    element =
        element->type == BsonType::kArray ? ElementAt(*nested, part) : FindElement(*nested, part);
  }
  return element;
}

void DelimitedWriter::PutCell(std::string_view text, bool is_number, ByteBuffer& out) const {
  const bool guarded = layout_.guard_formulas && !is_number && LooksLikeFormula(text);
  const std::string_view guard = guarded ? "'" : "";
  layout_.kind == DelimitedKind::kCsv ? PutQuoted(text, guard, out) : PutEscaped(text, guard, out);
}

void DelimitedWriter::PutQuoted(std::string_view text, std::string_view guard,
                                ByteBuffer& out) const {
  JsonText cell(out);
  // A line without anything is no row to most readers.
  const bool would_vanish = text.empty() && columns_.size() == 1;
  if (!NeedsQuotes(text) && !would_vanish) {
    cell.Raw(guard);
    return cell.Raw(text);
  }
  cell.Raw('"');
  cell.Raw(guard);
  for (;;) {
    const std::size_t quote = text.find('"');
    cell.Raw(text.substr(0, quote));
    if (quote == std::string_view::npos) break;
    cell.Raw("\"\"");
    text.remove_prefix(quote + 1);
  }
  cell.Raw('"');
}

void DelimitedWriter::PutEscaped(std::string_view text, std::string_view guard,
                                 ByteBuffer& out) const {
  constexpr std::string_view kSpecial = "\t\n\r\\";
  constexpr std::string_view kLetters = "tnr\\";
  JsonText cell(out);
  cell.Raw(guard);
  for (;;) {
    const std::size_t at = text.find_first_of(kSpecial);
    cell.Raw(text.substr(0, at));
    if (at == std::string_view::npos) return;
    cell.Raw('\\');
    cell.Raw(kLetters[kSpecial.find(text[at])]);
    text.remove_prefix(at + 1);
  }
}

}  // namespace haul
