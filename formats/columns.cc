#include "formats/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "formats/csv_record.h"

namespace haul {
namespace {

constexpr std::size_t kMaxNesting = 200;

[[noreturn]] void Fail(std::string_view name, std::string_view cause) {
  throw Error(ExitCode::kUsage,
              fmt::format("column '{}': {}", EscapeForDisplay(name.substr(0, 200)), cause));
}

bool IsWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// \( \) and \\ stand for what is escaped; any other backslash for nothing.
std::string Unescape(std::string_view argument) {
  std::string plain;
  for (std::size_t i = 0; i < argument.size(); ++i) {
    if (argument[i] != '\\') {
      plain += argument[i];
    } else if (i + 1 < argument.size() &&
               std::string_view("\\()").find(argument[i + 1]) != std::string_view::npos) {
      plain += argument[++i];
    }
  }
  return plain;
}

struct TypedName {
  std::string name;
  CellType type;
};

// name.type(argument); the name may hold dots and brackets: the last type that fits counts.
TypedName ParseTypedName(std::string_view header) {
  std::size_t open = header.ends_with(')') ? header.rfind('(') : std::string_view::npos;
  while (open != std::string_view::npos) {
    const std::size_t dot = header.substr(0, open).rfind('.');
    const bool found =
        dot != std::string_view::npos && IsWord(header.substr(dot + 1, open - dot - 1));
    if (found) {
      const std::string argument = Unescape(header.substr(open + 1, header.size() - open - 2));
      try {
        return {std::string(header.substr(0, dot)),
                CellType(header.substr(dot + 1, open - dot - 1), argument)};
      } catch (const Error& error) {
        Fail(header, error.message());
      }
    }
    open = open == 0 ? std::string_view::npos : header.rfind('(', open - 1);
  }
  Fail(header, "there is no type, as in age.int32()");
}

void CheckName(std::string_view name) {
  if (name.starts_with('.')) Fail(name, "a name cannot begin with a dot");
  if (name.ends_with('.')) Fail(name, "a name cannot end with a dot");
  if (name.starts_with('$')) Fail(name, "a name cannot begin with '$'");
  if (name.find("..") != std::string_view::npos) Fail(name, "a name cannot have two dots in a row");
  if (name.find('\0') != std::string_view::npos) Fail(name, "a name cannot hold a NUL");
  if (!IsUtf8(name)) Fail(name, "a name must be UTF-8");
}

// An array index: digits without zeros in front.
std::optional<std::size_t> Index(std::string_view part) {
  std::size_t index = 0;
  const char* const end = part.data() + part.size();
  const auto read = std::from_chars(part.data(), end, index);
  const bool zeros = part.size() > 1 && part.front() == '0';
  if (zeros || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return index;
}

// The first whole name below a field, for messages.
std::string NameBelow(std::string name, const ColumnField& field) {
  const ColumnField* at = &field;
  while (!at->fields.empty()) {
    at = &at->fields.front();
    name += '.' + at->name;
  }
  return name;
}

ColumnField* Find(ColumnField& parent, std::string_view name) {
  const auto found = std::find_if(parent.fields.begin(), parent.fields.end(),
                                  [&](const ColumnField& field) { return field.name == name; });
  return found == parent.fields.end() ? nullptr : &*found;
}

}  // namespace

Columns::Columns(const std::vector<std::string>& names, Options options) {
  if (names.empty()) throw Error(ExitCode::kUsage, "there is no column");
  for (const std::string& name : names) {
    TypedName typed = options.have_types ? ParseTypedName(name) : TypedName{name, {}};
    CheckName(typed.name);
    names_.push_back(std::move(typed.name));
    types_.push_back(std::move(typed.type));
  }
  for (std::size_t i = 0; i < names_.size(); ++i) Insert(i, options.array_index_fields);
}

void Columns::Insert(std::size_t column, bool array_index_fields) {
  const std::string& name = names_[column];
  ColumnField* parent = &root_;
  std::size_t nesting = 0;
  for (std::size_t begin = 0;;) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string_view part = std::string_view(name).substr(begin, end - begin);
    const bool last = end == name.size();
    if (++nesting > kMaxNesting) Fail(name, fmt::format("more than {} parts", kMaxNesting));
    ColumnField* field = Find(*parent, part);
    if (parent->array && field == nullptr && Index(part) != parent->fields.size()) {
      Fail(name, "array indexes must start from 0 and have no gap");
    }
    const std::string_view next = last ? "" : std::string_view(name).substr(end + 1);
    const bool array = !last && array_index_fields && Index(next.substr(0, next.find('.')));
    if (field == nullptr) {
      field = &parent->fields.emplace_back(ColumnField{std::string(part), {}, array, {}});
      field->column = last ? column : ColumnField::kNoColumn;
    } else if (last && field->column != ColumnField::kNoColumn) {
      Fail(name, "it is there twice");
    } else if (last || field->column != ColumnField::kNoColumn || field->array != array) {
      Fail(name, fmt::format("it excludes column '{}'",
                             EscapeForDisplay(NameBelow(name.substr(0, end), *field))));
    }
    if (last) return;
    parent = field;
    begin = end + 1;
  }
}

void SplitTsvLine(std::string_view line, std::vector<std::string_view>& cells) {
  cells.clear();
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  for (;;) {
    const std::size_t tab = line.find('\t');
    cells.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return;
    line.remove_prefix(tab + 1);
  }
}

std::vector<std::string> ReadHeader(TextBlocks& blocks, TextLayout layout) {
  const auto fail = [&](std::string_view cause) {
    throw Error(ExitCode::kUsage,
                fmt::format("read {}: {}", EscapeForDisplay(blocks.name()), cause));
  };
  TextBlock block;
  std::vector<std::string> names;
  while (names.empty() && blocks.NextRecord(block)) {
    const std::string_view line = AsText(block.text.view());
    if (!block.bad.empty()) fail(block.bad.front().reason);
    if (line.find_first_not_of("\r\n") == std::string_view::npos) continue;
    if (layout == TextLayout::kTsv) {
      std::vector<std::string_view> cells;
      SplitTsvLine(line, cells);
      names.assign(cells.begin(), cells.end());
      continue;
    }
    CsvRecord record;
    record.Split(line);
    if (!record.problem().empty()) {
      fail(fmt::format("the header line is no record: {}", record.problem()));
    }
    for (std::size_t i = 0; i < record.cells(); ++i) names.emplace_back(record.cell(i));
  }
  if (names.empty()) fail("there is no header line");
  return names;
}

}  // namespace haul
