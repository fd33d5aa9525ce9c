#pragma once

#include "core/base/byte_buffer.h"

namespace haul {

/// One step of a Transform. Const use is thread-safe.
class Step {
 public:
  enum class Outcome {
    kWritten,    ///< the changed document was appended
    kUnchanged,  ///< nothing was appended; the document stays what it was
    kFiltered,   ///< nothing was appended; the document is left out
  };

  Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  virtual ~Step() = default;

  /// Throws Error kRejected with the cause; what was appended until then is of no use. `document`
  /// does not lie in `out`.
  [[nodiscard]] virtual Outcome Run(ByteView document, ByteBuffer& out) const = 0;
};

}  // namespace haul
