#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/secret/keyed_hash.h"
#include "core/secret/password_scheme.h"
#include "core/transform/field_edits.h"
#include "core/transform/stored_value.h"
#include "core/transform/value_convert.h"

namespace haul {

using SharedEdit = std::shared_ptr<const FieldEdit>;

/// The field goes.
[[nodiscard]] SharedEdit Unset();
/// The field has this value, there before or not.
[[nodiscard]] SharedEdit SetTo(StoredValue value);
/// The same where the field is absent or null; else it stays.
[[nodiscard]] SharedEdit DefaultTo(StoredValue value);
/// Of that type, without loss; null stays.
[[nodiscard]] SharedEdit Convert(ValueKind kind);
/// A date, from a string that is one; null stays. With `absent`, that where there is no field.
[[nodiscard]] SharedEdit ToDate(const StoredValue* absent);

enum class LetterCase { kTrim, kLower, kUpper };
/// To strings, in that order; null stays, other types are refused.
[[nodiscard]] SharedEdit ApplyTo(std::vector<LetterCase> functions);

/// A string that equals one of the first has the second in its place; everything else stays.
[[nodiscard]] SharedEdit MapTo(const std::vector<std::pair<std::string, StoredValue>>& values);

/// The password hash of a string that is not one already (IsPasswordHash); null stays, other types
/// are refused. No message holds the string.
[[nodiscard]] SharedEdit HashBy(const PasswordScheme& scheme);

}  // namespace haul
