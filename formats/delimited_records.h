#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bson/bson_output.h"
#include "formats/columns.h"
#include "formats/csv_record.h"
#include "formats/record_parser.h"

namespace haul {

/// What becomes of a cell that does not hold what its column says.
enum class ParseGrace : std::uint8_t {
  kSkipRow,    ///< the record is bad and the run goes on
  kStop,       ///< the fault, Error kCorrupt: "read FILE line 7: column 'age' is no int32"
  kAutoCast,   ///< the cell is read as `auto`
  kSkipField,  ///< the cell is left out
};

/// A grace as --parseGrace has it: "stop", "autoCast", "skipField", "skipRow". Nothing for another
/// word.
[[nodiscard]] std::optional<ParseGrace> ParseGraceOf(std::string_view word);

/// CSV and TSV. A record may have fewer cells than there are columns: these fields are not there.
/// Cells beyond the columns become `field<N>` (from 0, so that the first behind three columns is
/// field3), read as `auto`. Empty lines are nothing. Bad are records with quotes astray, a NUL,
/// text that is not UTF-8, a `field<N>` that is a column's name and more than 16 MiB.
class DelimitedRecordParser final : public RecordParser {
 public:
  struct Options {
    std::string name = {};  ///< for messages
    /// Empty cells are left out, documents and arrays of nothing else too, and a record of nothing
    /// else is no document. Elements of an array close up.
    bool ignore_blanks = false;
    ParseGrace grace = ParseGrace::kSkipRow;
  };
  /// `layout` is kCsv or kTsv; `columns` must outlive it.
  DelimitedRecordParser(TextLayout layout, const Columns& columns, Options options);

  void Parse(const TextBlock& block, ParsedBlock& parsed) override;

 private:
  enum class Outcome : std::uint8_t { kWritten, kNothing, kBad };

  [[nodiscard]] std::size_t Split(std::string_view text);
  void Convert(std::uint64_t line, std::string_view record, ParsedBlock& parsed);
  [[nodiscard]] std::string_view TextProblem(std::string_view record) const;
  [[nodiscard]] Outcome WriteDocument(BsonOutput& out);
  [[nodiscard]] Outcome WriteFields(const ColumnField& parent, BsonOutput& out);
  [[nodiscard]] Outcome WriteField(const ColumnField& field, std::string_view name,
                                   BsonOutput& out);
  [[nodiscard]] Outcome WriteCell(std::size_t column, std::size_t type_at, BsonOutput& out);
  [[nodiscard]] Outcome WriteSurplus(BsonOutput& out);

  const TextLayout layout_;
  const Columns& columns_;
  const Options options_;
  CsvRecord csv_;
  std::vector<std::string_view> cells_;
  std::string problem_;
  bool misfit_ = false;     // the problem is a cell that its type does not hold
  bool plain_text_ = true;  // the block has neither a NUL nor what is not UTF-8
};

}  // namespace haul
