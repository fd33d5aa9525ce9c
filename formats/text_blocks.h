#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/base/error.h"
#include "core/storage/byte_source.h"

namespace haul {

/// How records lie in a text.
enum class TextLayout : std::uint8_t {
  kJsonLines,      ///< whole objects in each line
  kJsonDocuments,  ///< objects one after another, over as many lines as they like
  kJsonArray,      ///< one array of objects and nothing beside it
  kCsv,            ///< RFC 4180; a quoted cell may hold line breaks
  kTsv,            ///< a record a line
};

/// A record that is of no use; the run goes on behind it.
struct BadRecord {
  std::uint64_t line = 0;  ///< in which it begins, from 1
  std::string reason;
  std::string text;  ///< as it stands there, without its line end
};

/// Where a record lies in its block.
struct TextRecord {
  std::size_t begin = 0;
  std::size_t size = 0;
  std::uint64_t line = 0;
};

/// A piece of input that holds whole records, cut by one reader.
struct TextBlock {
  ByteBuffer text;
  std::uint64_t first_line = 1;  ///< of the text, from 1
  std::uint64_t number = 0;      ///< from 0 on, without a gap
  /// Only in kJsonDocuments and kJsonArray; in the other layouts the text is nothing but records.
  std::vector<TextRecord> records;
  std::vector<BadRecord> bad;  ///< too long to be a part of the text, which does not hold them

  void Clear();
};

/// Cuts input into blocks of whole records. A UTF-8 BOM at the front is dropped; the last record
/// needs no line end. Holds one block and one record more, however much there is without a line
/// end. One thread at a time.
class TextBlocks {
 public:
  struct Options {
    std::string name = {};  ///< for messages
    std::size_t block_bytes = std::size_t{1024} * 1024;
    /// Longer ones are bad records in lines (of which only the begin is kept), else an error.
    std::size_t max_record_bytes = std::size_t{48} * 1024 * 1024;
  };
  /// `plain` must outlive it.
  TextBlocks(ByteSource& plain, TextLayout layout, Options options);

  /// False at the end. Where the text is at fault (an array without its comma or bracket, a record
  /// without an end that is too long), or where reading fails, all records before the fault are
  /// handed out first, and then it is thrown: Error kCorrupt or kLimit naming the line, or what the
  /// source throws. After that it is at its end.
  [[nodiscard]] bool Next(TextBlock& block);
  /// One record alone, for a header line: only in lines, CSV and TSV. Errors as Next().
  [[nodiscard]] bool NextRecord(TextBlock& block);

  [[nodiscard]] const std::string& name() const { return options_.name; }

 private:
  enum class Place : std::uint8_t { kBegin, kFirst, kValue, kBehindValue, kEnd };

  [[nodiscard]] bool Cut(TextBlock& block, std::size_t block_bytes, bool one);
  bool ThrowFault();
  void Fill(ByteBuffer& text, std::size_t size);
  [[nodiscard]] std::size_t WholeRecords(TextBlock& block, bool one);
  [[nodiscard]] std::size_t WholeObjects(TextBlock& block);
  [[nodiscard]] bool ObjectMayBegin() const;
  [[nodiscard]] bool TakeSeparator(char c, std::uint64_t line);
  void RefuseLong(TextBlock& block);
  bool Fault(ExitCode code, std::uint64_t line, std::string_view cause);

  ByteSource& plain_;
  const TextLayout layout_;
  const Options options_;
  ByteBuffer rest_;  // was read and belongs to the next block
  std::uint64_t next_line_ = 1;
  std::uint64_t next_number_ = 0;
  bool began_ = false;
  bool ended_ = false;   // the source, or what can be used of it
  bool broken_ = false;  // what is in rest_ is of no use
  Place place_ = Place::kBegin;
  std::optional<Error> fault_;  // to be thrown behind what is in hand
};

}  // namespace haul
