#pragma once

#include "core/base/byte_buffer.h"
#include "core/bson/json_text.h"

namespace haul {

/// The text of the 16 bytes of a decimal128, https://github.com/mongodb/specifications/blob/master/
/// source/bson-decimal128/decimal128.md: all digits of the coefficient, plain where the exponent is
/// not above 0 and the first digit not below 1E-6, else with an exponent; NaN (whatever its sign
/// and payload), Infinity, -Infinity. A coefficient of more than 34 digits counts as 0, as IEEE 754
/// has it.
void AppendDecimal128(ByteView value, JsonText& json);

}  // namespace haul
