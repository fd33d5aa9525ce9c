#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/bson/document.h"
#include "core/plan/namespace_pattern.h"
#include "core/transform/transform_builder.h"

namespace haul {

/// A file of --transform: {"shop.users": [steps], "logs.*": [steps]}, docs/transforms.md.
/// Move-only; const use is thread-safe.
class TransformFile {
 public:
  /// Throws Error kUsage for what is no Extended JSON, no pattern or no step: all of it is checked,
  /// whatever documents will come. `name` is the file's, for messages.
  TransformFile(std::string_view text, std::string_view name);

  /// Adds the steps of all entries whose pattern matches "database.collection" (the source's), in
  /// the order of the file.
  void AddTo(TransformBuilder& builder, std::string_view source_namespace) const;
  [[nodiscard]] bool Matches(std::string_view source_namespace) const;
  /// As they stand in the file.
  [[nodiscard]] std::vector<std::string> patterns() const;

 private:
  struct Entry {
    std::string text;
    NamespacePattern pattern;
    Document steps;
  };

  std::string name_;
  std::vector<Entry> entries_;
};

}  // namespace haul
