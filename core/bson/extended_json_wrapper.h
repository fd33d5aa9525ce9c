#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bson/element.h"

namespace haul {

/// A BSON value as it lies in a document after its type and key.
struct WrappedValue {
  BsonType type = BsonType::kNull;
  std::string bytes;
};

/// The value that an Extended JSON object stands for, as in {"$numberInt":"5"} or
/// {"$binary":{"base64":"","subType":"00"}}. `object` is the object read as a plain document, with
/// the objects inside it unwrapped already. Nothing where its first field is no wrapper's name;
/// {"$regex":…} is a query operator and none. Throws Error kUsage with the cause where it begins as
/// a wrapper and is none.
[[nodiscard]] std::optional<WrappedValue> UnwrapExtended(ByteView object);

/// True for a name that UnwrapExtended takes for a wrapper's: "$oid".
[[nodiscard]] bool IsWrapperName(std::string_view name);

/// A decimal number, as JSON writes it or nearly; nothing for another text and for one beyond a
/// double.
[[nodiscard]] std::optional<double> ParseDouble(std::string_view text);

/// Milliseconds since 1970 of "2024-02-29T12:34:56.789Z"; the zone may be +hh:mm, +hhmm or +hh;
/// seconds and fraction may be missing, more than three digits are cut. Nothing for another text.
[[nodiscard]] std::optional<std::int64_t> ParseIsoDate(std::string_view text);

}  // namespace haul
