#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/cli/environment.h"
#include "core/plan/namespace.h"
#include "core/secret/keyed_hash.h"
#include "core/transform/transform_file.h"

namespace haul {

/// What the user typed about changing documents.
struct ShapeFlags {
  std::optional<std::string> transform;
  bool sanitize = false;
  std::optional<std::string> sanitize_fields;
  std::optional<std::string> exclude_fields;
  std::vector<std::string> masks;
  std::optional<std::string> mask_key_file;
};

/// How documents are changed on their way out: the steps of --transform, then --sanitize,
/// --excludeFields and --mask, so that nothing that a step brings slips past those. Const use is
/// thread-safe.
class Shape {
 public:
  /// All of it is checked, whatever documents will come. Throws Error kUsage.
  Shape(ShapeFlags flags, const Environment& environment);

  [[nodiscard]] Transform For(const Namespace& ns) const;
  /// True where documents are handed on as they are.
  [[nodiscard]] bool empty() const;
  /// True where fields may come and go under other names.
  [[nodiscard]] bool has_steps() const { return steps_.has_value(); }
  /// A mask depends on a key that is this run's only.
  [[nodiscard]] bool has_random_key() const { return random_key_; }
  /// Namespaces for which the file has steps: patterns that match none of `exported`.
  [[nodiscard]] std::vector<std::string> Unmatched(const std::vector<Namespace>& exported) const;
  [[nodiscard]] bool MatchesAny(const std::vector<Namespace>& exported) const;
  /// For the manifest: what was done, without a key.
  [[nodiscard]] Document Description() const;

 private:
  void Build(TransformBuilder& builder) const;

  ShapeFlags flags_;
  KeyedHash key_;
  std::chrono::sys_time<std::chrono::milliseconds> now_;
  std::optional<TransformFile> steps_;
  bool random_key_ = false;
};

}  // namespace haul
