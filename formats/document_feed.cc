#include "formats/document_feed.h"

#include <algorithm>
#include <limits>

namespace haul {
namespace {

std::uint64_t EndOf(const DocumentRange& range) {
  constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
  if (!range.limit || *range.limit > kNoEnd - range.skip) return kNoEnd;
  return range.skip + *range.limit;
}

}  // namespace

DocumentFeed::DocumentFeed(DocumentSource& source, DocumentRange range)
    : source_(&source), begin_(range.skip), end_(EndOf(range)) {}

DocumentFeed::DocumentFeed(const DataFileReader& frames, DocumentRange range)
    : frames_(&frames), begin_(range.skip), end_(EndOf(range)) {}

bool DocumentFeed::Next(Batch& batch, ClaimScratch& scratch, Portion& portion) {
  return source_ != nullptr ? NextOfStream(batch, portion) : NextFrame(batch, scratch, portion);
}

bool DocumentFeed::NextOfStream(Batch& batch, Portion& portion) {
  const std::lock_guard lock(mutex_);
  while (!ended_ && document_ < end_) {
    portion = {};
    try {
      ended_ = !source_->Next(batch);
    } catch (const Error& error) {
      portion.fault = error;
      ended_ = true;
    }
    portion.first = document_;
    document_ += batch.documents();
    Cut(batch.documents(), portion);
    // A fault behind the last document that was asked for is not looked for.
    if (document_ >= end_) portion.fault.reset();
    if (portion.begin == portion.end && !portion.fault) continue;
    portion.turn = turn_++;
    return true;
  }
  return false;
}

bool DocumentFeed::NextFrame(Batch& batch, ClaimScratch& scratch, Portion& portion) {
  std::size_t frame = 0;
  {
    const std::lock_guard lock(mutex_);
    for (;;) {
      if (frame_ == frames_->claims().size() || document_ >= end_) return false;
      frame = frame_++;
      portion = {};
      portion.first = document_;
      const std::uint64_t documents = frames_->claims()[frame].documents;
      document_ += documents;
      Cut(documents, portion);
      if (portion.begin < portion.end) break;
    }
    portion.turn = turn_++;
  }
  try {
    frames_->ReadClaim(frame, batch, scratch);
  } catch (const Error& error) {
    batch.Clear();
    portion.begin = portion.end = 0;
    portion.fault = error;
  }
  return true;
}

void DocumentFeed::Cut(std::uint64_t documents, Portion& portion) const {
  const std::uint64_t first = portion.first;
  const std::uint64_t begin = std::clamp(begin_, first, first + documents);
  const std::uint64_t end = std::clamp(end_, begin, first + documents);
  portion.begin = begin - first;
  portion.end = end - first;
}

}  // namespace haul
