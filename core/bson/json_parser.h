#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/bson/json_structure.h"

namespace haul {

/// Why a text is no Extended JSON.
struct JsonProblem {
  std::string cause;   ///< "a value is expected"
  std::size_t at = 0;  ///< the byte of the text where it was seen

  [[nodiscard]] std::string ToString() const;  ///< "a value is expected (at byte 6)"
};

/// Extended JSON v2, relaxed and canonical mixed at will, straight into BSON: made for gigabytes of
/// small documents, with the results of ParseExtendedJson(). Bare numbers become int32, else int64,
/// else double. Nothing is changed silently: what BSON or a wrapper cannot hold, text that is not
/// UTF-8, a NUL in a field name, half of a surrogate pair, nesting deeper than 200 documents and a
/// document above 16 MiB are problems. Fields keep their order, repeated names stay, a name that
/// begins with '$' and is no wrapper's is a name like any other. Keeps its index from text to text.
/// One thread at a time.
class JsonParser {
 public:
  using Problem = std::optional<JsonProblem>;

  /// Appends the one object that `text` holds, and nothing but spaces beside it, to `out`; with a
  /// problem `out` is as it was.
  [[nodiscard]] Problem Parse(std::string_view text, ByteBuffer& out);

  /// For several objects one after another: Open(), then Next() until AtEnd(). `text` must outlive
  /// that. After a problem the rest of the text is lost.
  [[nodiscard]] Problem Open(std::string_view text);
  /// Only spaces are left; a text without any object is at its end at once.
  [[nodiscard]] bool AtEnd() const { return token_ == structure_.tokens().size(); }
  /// Appends the next object to `out`; with a problem `out` is as it was.
  [[nodiscard]] Problem Next(ByteBuffer& out);
  /// The first byte of the next object, or the size of the text.
  [[nodiscard]] std::size_t at() const {
    return AtEnd() ? text_.size() : structure_.tokens()[token_];
  }

 private:
  JsonStructure structure_;
  std::string_view text_;
  std::size_t token_ = 0;
};

}  // namespace haul
