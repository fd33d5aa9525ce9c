#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haul {

/// The cells of a CSV record (RFC 4180): separated by commas, quotes around a cell that holds a
/// comma, a quote (doubled) or a line break. Spaces and tabs around a cell and its quotes are
/// dropped, a CR before the line end too; line breaks inside quotes stay as they are. Kept from
/// record to record. One thread at a time.
class CsvRecord {
 public:
  /// Splits the record at the front of `text`; false for an empty line. With a problem the record
  /// goes to the end of the line in which the problem was seen, and its cells are of no use.
  bool Split(std::string_view text);

  [[nodiscard]] std::size_t size() const { return size_; }  ///< of the text, with its line end
  [[nodiscard]] std::string_view problem() const { return problem_; }
  [[nodiscard]] std::size_t cells() const { return cells_.size(); }
  /// Valid until the next Split() and as long as its text.
  [[nodiscard]] std::string_view cell(std::size_t i) const;

 private:
  struct Cell {
    bool unquoted_elsewhere;  // in unquoted_, because quotes were doubled
    std::size_t begin;
    std::size_t size;
  };

  std::string_view text_;
  std::size_t size_ = 0;
  std::string_view problem_;
  std::vector<Cell> cells_;
  std::string unquoted_;
};

/// The size of the record at the front of `text`, with its line end, just as CsvRecord splits it;
/// nothing where it may go on behind the text.
[[nodiscard]] std::optional<std::size_t> CsvRecordSize(std::string_view text);

}  // namespace haul
