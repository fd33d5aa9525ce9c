#include "core/transform/field_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {

FieldPath::FieldPath(std::string_view text, std::string_view what) : text_(text) {
  std::string_view rest = text;
  for (;;) {
    const std::size_t dot = rest.find('.');
    parts_.emplace_back(rest.substr(0, dot));
    if (parts_.back().empty() || parts_.back().find('\0') != std::string::npos) {
      throw Error(ExitCode::kUsage,
                  fmt::format("{}: '{}' is no path of a field", what, EscapeForDisplay(text)),
                  "write names with dots between them, as in address.city");
    }
    if (dot == std::string_view::npos) return;
    rest.remove_prefix(dot + 1);
  }
}

bool FieldPath::IsBeside(const FieldPath& other) const {
  return parts_.size() == other.parts_.size() &&
         std::equal(parts_.begin(), parts_.end() - 1, other.parts_.begin());
}

bool FieldPath::Overlaps(const FieldPath& other) const {
  const std::size_t common = std::min(parts_.size(), other.parts_.size());
  return std::equal(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(common),
                    other.parts_.begin());
}

std::vector<FieldPath> ParseFieldPaths(std::string_view list, std::string_view what) {
  std::vector<FieldPath> paths;
  for (;;) {
    const std::size_t comma = list.find(',');
    std::string_view path = list.substr(0, comma);
    while (path.starts_with(' ')) path.remove_prefix(1);
    while (path.ends_with(' ')) path.remove_suffix(1);
    paths.emplace_back(path, what);
    if (comma == std::string_view::npos) return paths;
    list.remove_prefix(comma + 1);
  }
}

FieldPlace FindField(ByteView document, const FieldPath& path) {
  for (std::size_t i = 0; i < path.parts().size(); ++i) {
    const std::optional<Element> element = FindElement(document, path.parts()[i]);
    if (!element || i + 1 == path.parts().size()) return {element};
    if (element->type == BsonType::kArray) return {.meets_array = true};
    if (element->type != BsonType::kDocument) return {};
    document = element->value;
  }
  return {};
}

}  // namespace haul
