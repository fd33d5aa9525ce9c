#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/byte_buffer.h"
#include "core/bson/extended_json.h"
#include "core/storage/byte_sink.h"
#include "formats/delimited_writer.h"

namespace haul {

/// How documents become text.
struct TextForm {
  enum class Kind : std::uint8_t {
    kLines,  ///< JSON, a document a line or, where it is pretty, one after another
    kArray,  ///< one JSON array
    kTable,  ///< CSV or TSV
  };
  Kind kind = Kind::kLines;
  bool relaxed = true;
  bool pretty = false;
  DelimitedLayout table = {};
  bool header = true;  ///< of a table
};

/// Turns documents into text, each with what separates it from the one before. One worker's.
class DocumentText {
 public:
  explicit DocumentText(const TextForm& form);

  /// Error kCorrupt or kLimit where the document cannot be written whole; `text` is then as it was.
  void Append(ByteView document, ByteBuffer& text);
  /// True where the last document's JSON reads back as something else (JsonWriter).
  [[nodiscard]] bool reads_back_differently() const;

 private:
  void AppendPretty(ByteView document, ByteBuffer& text);

  const TextForm& form_;
  JsonWriter json_;
  std::optional<DelimitedWriter> table_;
  ByteBuffer line_;
};

/// Puts around the text of all documents what belongs there: the header of a table, the brackets of
/// an array, which an empty one has too. Destroyed without Commit(), nothing of that is written.
[[nodiscard]] std::unique_ptr<ByteSink> NewFramedSink(std::unique_ptr<ByteSink> sink,
                                                      const TextForm& form);

}  // namespace haul
