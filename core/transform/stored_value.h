#pragma once

#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/bson/element.h"
#include "core/bson/open_document.h"

namespace haul {

/// One BSON value that nobody else owns.
struct StoredValue {
  BsonType type = BsonType::kNull;
  std::string bytes = {};  ///< as they lie in a document after type and key

  [[nodiscard]] static StoredValue Of(const Element& element);
  [[nodiscard]] static StoredValue OfDate(std::int64_t milliseconds);

  /// Valid as long as this value is; without key and whole.
  [[nodiscard]] Element AsElement() const {
    return {.type = type, .key = {}, .value = AsBytes(bytes), .whole = {}};
  }
  void AppendTo(OpenDocument& out, std::string_view key) const { out.Append(key, AsElement()); }
};

/// A value as options have it: Extended JSON (`12`, `true`, `{"$oid": …}`, `["a"]`, `"text"`), and
/// any other text is the string that it is.
[[nodiscard]] StoredValue ParseStoredValue(std::string_view text);

/// How messages call a type: "a string", "an int32".
[[nodiscard]] std::string_view TypeNoun(BsonType type);

}  // namespace haul
