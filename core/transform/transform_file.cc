#include "core/transform/transform_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/extended_json.h"

namespace haul {

TransformFile::TransformFile(std::string_view text, std::string_view name) : name_(name) {
  const Document file = ParseExtendedJson(text, EscapeForDisplay(name));
  TransformBuilder trial(KeyedHash::Random(), {});
  ElementWalk walk(file.bytes());
  while (const std::optional<Element> element = walk.Next()) {
    const std::string what =
        fmt::format("{}: {}", EscapeForDisplay(name_), EscapeForDisplay(element->key));
    if (element->type != BsonType::kArray) {
      throw Error(ExitCode::kUsage, fmt::format("{}: steps stand in an array", what));
    }
    trial.Steps(element->value, what);
    entries_.push_back({std::string(element->key), NamespacePattern::FromStars(element->key, what),
                        Document(element->value)});
  }
}

void TransformFile::AddTo(TransformBuilder& builder, std::string_view source_namespace) const {
  for (const Entry& entry : entries_) {
    if (!entry.pattern.Matches(source_namespace)) continue;
    builder.Steps(entry.steps.bytes(),
                  fmt::format("{}: {}", EscapeForDisplay(name_), EscapeForDisplay(entry.text)));
  }
}

bool TransformFile::Matches(std::string_view source_namespace) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.pattern.Matches(source_namespace); });
}

std::vector<std::string> TransformFile::patterns() const {
  std::vector<std::string> texts;
  for (const Entry& entry : entries_) texts.push_back(entry.text);
  return texts;
}

}  // namespace haul
