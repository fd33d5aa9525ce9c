#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/bson/element.h"
#include "formats/delimited_cell.h"

namespace haul {

/// kCsv: RFC 4180 with line feeds; a cell is quoted where it holds a comma, a quote or a line break
/// or begins or ends with a blank. kTsv: tabs between, nothing quoted; in a cell a tab is \t, a
/// line break \n or \r, a backslash \\ (as PostgreSQL and MySQL load it).
enum class DelimitedKind : std::uint8_t { kCsv, kTsv };

struct DelimitedLayout {
  DelimitedKind kind = DelimitedKind::kCsv;
  /// A cell each: paths whose dots reach into sub-documents, and with a number into arrays.
  std::vector<std::string> columns = {};
  /// A cell that begins with = + - @, a tab or a carriage return, which a spreadsheet would take
  /// for a formula, gets a ' before it. Numbers do not.
  bool guard_formulas = false;
};

/// Writes documents as rows of a table: DelimitedCell tells how values look; what is missing is an
/// empty cell. One thread.
class DelimitedWriter {
 public:
  explicit DelimitedWriter(DelimitedLayout layout);

  /// The columns' names.
  void AppendHeader(ByteBuffer& out);
  /// One row with its line end. Error kCorrupt, kLimit; `out` is then as it was.
  void Append(ByteView document, ByteBuffer& out);

 private:
  struct Column {
    std::string name;
    std::size_t top = 0;             // which of the fields it begins at
    std::vector<std::string> below;  // the rest of its path
  };

  [[nodiscard]] std::optional<Element> Find(const Column& column) const;
  void Collect(ByteView document);
  void PutCell(std::string_view text, bool is_number, ByteBuffer& out) const;
  void PutQuoted(std::string_view text, std::string_view guard, ByteBuffer& out) const;
  void PutEscaped(std::string_view text, std::string_view guard, ByteBuffer& out) const;

  DelimitedLayout layout_;
  std::vector<Column> columns_;
  std::unordered_map<std::string, std::size_t> tops_;
  std::vector<std::optional<Element>> fields_;  // of the document at hand, by top
  DelimitedCell cell_;
  ByteBuffer text_;
};

}  // namespace haul
