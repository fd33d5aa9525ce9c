#pragma once

#include <string_view>

#include "core/bson/element.h"
#include "core/transform/field_edits.h"

namespace haul {

/// What `convert` makes of a value. docs/transforms.md has the table of what each takes.
enum class ValueKind { kDate, kInt, kLong, kDouble, kDecimal, kString, kBool, kObjectId };

/// "date", "int", "long", "double", "decimal", "string", "bool" or "objectId". Throws Error kUsage;
/// `what` names the text in the message.
[[nodiscard]] ValueKind ParseValueKind(std::string_view name, std::string_view what);

/// Appends the value as that kind under the place's key. Throws Error kRejected with the cause
/// where it would lose something: a fraction, digits, a range, a text that says something else.
void AppendConverted(const Element& value, ValueKind kind, const EditPlace& place);

}  // namespace haul
