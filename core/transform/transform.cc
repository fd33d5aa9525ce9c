#include "core/transform/transform.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/units.h"
#include "core/bson/framing.h"

namespace haul {

Transform::Fate Transform::Apply(ByteView document, ByteBuffer& out) const {
  const std::size_t before = out.size();
  try {
    const Fate fate = Run(document, out);
    const std::size_t size = out.size() - before;
    if (size > kMaxDocumentSize) {
      throw Error(ExitCode::kRejected,
                  fmt::format("it grows to {}, and a server stores at most {}", FormatBytes(size),
                              FormatBytes(kMaxDocumentSize)));
    }
    return fate;
  } catch (...) {
    out.Resize(before);
    throw;
  }
}

Transform::Fate Transform::Run(ByteView document, ByteBuffer& out) const {
  constexpr std::size_t kRoom = 256;
  ByteBuffer current;
  ByteBuffer next;
  ByteView view = document;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    // The last step writes where the result belongs.
    const bool last = i + 1 == steps_.size();
    if (!last) next.Reserve(view.size() + kRoom);
    next.Clear();
    switch (steps_[i]->Run(view, last ? out : next)) {
      case Step::Outcome::kFiltered:
        return Fate::kFiltered;
      case Step::Outcome::kUnchanged:
        continue;
      case Step::Outcome::kWritten:
        if (last) return Fate::kKept;
        current.swap(next);
        view = current.view();
    }
  }
  out.Append(view);
  return Fate::kKept;
}

}  // namespace haul
