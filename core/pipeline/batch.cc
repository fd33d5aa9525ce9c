#include "core/pipeline/batch.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/bson/framing.h"

namespace haul {

void Batch::Adopt(ByteBuffer& documents) {
  Clear();
  bytes_.swap(documents);
  for (std::size_t at = 0; at < bytes_.size();) {
    const Framed framed = FrameDocument(bytes_.view().subspan(at));
    if (framed.state != Framed::State::kDocument) {
      const std::string problem =
          framed.state == Framed::State::kBad ? framed.problem : "the document is cut short";
      throw Error(ExitCode::kCorrupt, fmt::format("at byte {}: {}", at, problem));
    }
    at += framed.size;
    ends_.push_back(at);
  }
}

void Batch::Truncate(std::size_t count) {
  if (count >= ends_.size()) return;
  bytes_.Resize(count == 0 ? 0 : ends_[count - 1]);
  ends_.resize(count);
}

}  // namespace haul
