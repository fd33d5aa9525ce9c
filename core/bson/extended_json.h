#pragma once

#include <string>
#include <string_view>

#include "core/bson/document.h"

namespace haul {

/// Canonical Extended JSON v2 of a document on one line without spaces, fields in their order,
/// exactly as mongodump writes metadata: numbers always wrapped, doubles in the shortest form that
/// reads back ("1.0", "1E+100", "-0.0", "NaN", "Infinity"), U+2028 and U+2029 escaped, no HTML
/// escaping. https://github.com/mongodb/specifications/blob/master/source/extended-json.rst Throws
/// Error kCorrupt for bytes that are not BSON and for strings that are not UTF-8, kLimit for
/// nesting deeper than 1,000: never a shortened or altered value.
[[nodiscard]] std::string ToCanonicalJson(ByteView document);

/// Extended JSON v2, canonical or relaxed, in the order written. Numbers without a wrapper become
/// int32, int64 or double as mongodump reads them. Throws Error kUsage with the cause; `what` names
/// the text in the message ("--query"). A $numberDecimal that overflows is an error, not NaN.
[[nodiscard]] Document ParseExtendedJson(std::string_view json, std::string_view what);

}  // namespace haul
