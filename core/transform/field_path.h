#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/bson/element.h"

namespace haul {

/// Where a field lies: "a.b.c" is the field c of the document in b of the document in a. A value;
/// thread-safe. A field whose own name holds a dot is not reached by any path.
///
/// Arrays: steps go through them. A path's next part is looked for in each document that the array
/// holds, also in arrays inside it; a part that is a number is the element of that position.
class FieldPath {
 public:
  /// Throws Error kUsage for an empty path or part and for a NUL; `what` names the text in the
  /// message.
  FieldPath(std::string_view text, std::string_view what);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<std::string>& parts() const { return parts_; }
  /// True where the fields have the same parent; their own names may differ.
  [[nodiscard]] bool IsBeside(const FieldPath& other) const;
  /// True where the fields are the same, or one lies inside the other.
  [[nodiscard]] bool Overlaps(const FieldPath& other) const;

 private:
  std::string text_;
  std::vector<std::string> parts_;
};

/// "a,b.c": the paths between the commas, spaces around them dropped. Throws as FieldPath does.
[[nodiscard]] std::vector<FieldPath> ParseFieldPaths(std::string_view list, std::string_view what);

/// What a path leads to when it is followed through documents only.
struct FieldPlace {
  std::optional<Element> value = {};  ///< a view into the document
  bool meets_array = false;  ///< the path goes on inside an array, where it was not followed
};

/// The first field of that path. Throws Error kCorrupt for bytes that are not BSON.
[[nodiscard]] FieldPlace FindField(ByteView document, const FieldPath& path);

}  // namespace haul
