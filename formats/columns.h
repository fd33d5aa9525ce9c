#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "formats/cell_value.h"
#include "formats/text_blocks.h"

namespace haul {

/// A field that columns make: one column's value, or a document or array of further fields.
struct ColumnField {
  static constexpr std::size_t kNoColumn = static_cast<std::size_t>(-1);

  std::string name;
  std::size_t column = kNoColumn;
  bool array = false;
  std::vector<ColumnField> fields = {};
};

/// The columns of CSV and TSV, checked: a value, const use is thread-safe. A dot makes a document
/// in a document ("address.city"); fields have the order in which they first appear.
class Columns {
 public:
  struct Options {
    bool have_types = false;          ///< --columnsHaveTypes: "age.int32()", "day.date(2006-01-02)"
    bool array_index_fields = false;  ///< --useArrayIndexFields: "tags.0,tags.1" is an array
  };
  /// `names` as they stand in a header line, --fields or --fieldFile. Error kUsage: no column, one
  /// that begins with a dot or '$', ends with a dot or has two dots in a row, two that are the same
  /// or exclude each other ("a" and "a.b"), array indexes with a gap, a type that does not exist.
  Columns(const std::vector<std::string>& names, Options options);

  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::string& name(std::size_t column) const { return names_[column]; }
  [[nodiscard]] const CellType& type(std::size_t column) const { return types_[column]; }
  /// A document without a name.
  [[nodiscard]] const ColumnField& root() const { return root_; }

 private:
  void Insert(std::size_t column, bool array_index_fields);

  std::vector<std::string> names_;  // without their types
  std::vector<CellType> types_;
  ColumnField root_;
};

/// The cells of the first record that is not empty: the header line. Errors as TextBlocks::Next(),
/// kUsage where there is none or it is no record.
[[nodiscard]] std::vector<std::string> ReadHeader(TextBlocks& blocks, TextLayout layout);

/// The cells of a TSV line, which may end with a line end: what stands between tabs, as it is.
void SplitTsvLine(std::string_view line, std::vector<std::string_view>& cells);

}  // namespace haul
