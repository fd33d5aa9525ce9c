#pragma once

#include "core/bson/element.h"

namespace haul {

/// The classes of types that servers compare within, in their order: MinKey, undefined and null,
/// numbers, strings and symbols, documents, arrays, binaries, ObjectIds, bools, dates, timestamps,
/// regular expressions, DBPointers, code, code with scope, MaxKey.
/// https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
[[nodiscard]] int TypeClass(BsonType type);

/// Below 0, 0 or above 0, as servers order values: by the class of the type, then by the value.
/// Numbers of all types compare by their value, NaN below all others; strings byte by byte, without
/// a collation; documents field by field (class, name, value). Throws Error kCorrupt for bytes that
/// are not BSON, kRejected for nesting that no server stores.
[[nodiscard]] int CompareValues(const Element& a, const Element& b);

}  // namespace haul
