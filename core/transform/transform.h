#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/transform/step.h"

namespace haul {

/// A compiled chain of steps for the documents of one namespace, made by TransformBuilder. A
/// value, cheap to copy; const use is thread-safe. Without steps it hands documents on as they are.
class Transform {
 public:
  enum class Fate { kKept, kFiltered };

  Transform() = default;
  explicit Transform(std::vector<std::shared_ptr<const Step>> steps) : steps_(std::move(steps)) {}

  /// Appends the changed document to `out`, in which `document` must not lie; nothing where it is
  /// filtered. Throws Error kRejected with the cause ("convert age: 'x' is not an int32") where a
  /// step cannot handle the document or it grows over 16 MiB, kCorrupt where it is not BSON, kLimit
  /// where argon2id gets no memory; `out` is then as it was.
  [[nodiscard]] Fate Apply(ByteView document, ByteBuffer& out) const;

  [[nodiscard]] bool empty() const { return steps_.empty(); }

 private:
  [[nodiscard]] Fate Run(ByteView document, ByteBuffer& out) const;

  std::vector<std::shared_ptr<const Step>> steps_;
};

}  // namespace haul
