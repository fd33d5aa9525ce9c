#pragma once

#include "core/base/byte_buffer.h"
#include "core/bson/element.h"
#include "core/bson/extended_json.h"

namespace haul {

/// Values as the cells of a table show them, before any quoting: text and code as they are, numbers
/// as relaxed Extended JSON has them ("1.0", "1E+100", "NaN"), decimals as their digits, dates of
/// the years 0 to 9999 as ISO 8601 with milliseconds, `ObjectId(64f0…)`, binary as upper-case hex,
/// regular expressions as /pattern/options, null as nothing. Everything else (documents, arrays,
/// timestamps, …) is relaxed Extended JSON. One thread.
class DelimitedCell {
 public:
  /// Appends the text. Error kCorrupt where it is not UTF-8 or no BSON, kLimit for nesting.
  void Append(const Element& element, ByteBuffer& out);

  /// True where a spreadsheet takes the cell for a number whatever it begins with.
  [[nodiscard]] static bool IsNumber(const Element& element);

 private:
  JsonWriter json_{{.relaxed = true, .sort_regex_options = true}};
};

}  // namespace haul
