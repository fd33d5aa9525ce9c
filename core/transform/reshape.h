#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/transform/edits.h"
#include "core/transform/field_path.h"
#include "core/transform/step.h"

namespace haul {

/// Only these fields and `_id` stay. In an array that a path goes through only documents stay.
/// Overlapping paths are kept together.
[[nodiscard]] std::unique_ptr<Step> KeepFields(const std::vector<FieldPath>& paths);

/// Fields of these names go at every depth, in documents of arrays too.
[[nodiscard]] std::unique_ptr<Step> DropNames(const std::vector<std::string>& names);

/// The document begins with a fresh ObjectId as its `_id`; the one that it had goes.
[[nodiscard]] std::unique_ptr<Step> NewId();

/// The value moves to a field of another parent, which is made where it is missing. A target that
/// exists, an array on one of the ways and overlapping paths are refused.
[[nodiscard]] std::unique_ptr<Step> MoveField(const FieldPath& from, const FieldPath& to);

/// The field stands in its place under the name that `to` ends with. A sibling of that name is
/// refused.
[[nodiscard]] SharedEdit RenameTo(const FieldPath& to);

/// A string's pieces in its place, as fields beside each other; the last takes the rest, names for
/// which nothing is left are not written. `by` empty: white space, however much. null stays.
[[nodiscard]] SharedEdit SplitInto(std::vector<std::string> names, std::string by);

/// A document in the value's place: `shape` with "$path" replaced by the value of that field,
/// "$" and the field's own path by the value itself; {"$literal": …} stands for itself. What a
/// path does not find is left out. Throws Error kUsage for a "$path" that is none.
[[nodiscard]] SharedEdit WrapIn(const FieldPath& own, const StoredValue& shape,
                                std::string_view what);

}  // namespace haul
