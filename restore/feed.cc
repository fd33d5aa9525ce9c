#include "restore/feed.h"

#include <algorithm>

namespace haul {

CollectionFeed::CollectionFeed(const DataFile& file) : reader_(file) {
  if (!reader_.indexed()) source_ = reader_.NewSource(&stored_read_);
}

bool CollectionFeed::Next(Batch& batch, ClaimScratch& scratch) {
  if (reader_.indexed()) {
    const std::size_t frame = next_frame_.fetch_add(1);
    if (frame >= reader_.claims().size()) return false;
    reader_.ReadClaim(frame, batch, scratch);
  } else {
    const std::lock_guard lock(mutex_);
    if (!source_->Next(batch)) return false;
  }
  handed_out_ += batch.documents();
  return true;
}

std::uint64_t CollectionFeed::size() const {
  return reader_.plain_bytes().value_or(reader_.file().stored_bytes);
}

std::uint64_t CollectionFeed::Advance(const Batch& batch) {
  if (reader_.plain_bytes()) return batch.bytes().size();
  const std::uint64_t read = stored_read_.load();
  std::uint64_t reported = stored_reported_.load();
  while (reported < read && !stored_reported_.compare_exchange_weak(reported, read)) {
  }
  return reported < read ? read - reported : 0;
}

std::size_t CollectionFeed::useful_workers() const {
  if (reader_.indexed()) return std::max<std::size_t>(1, reader_.claims().size());
  return 1 + size() / kBatchBytes;
}

void CollectionFeed::Verify(std::size_t part, std::size_t parts, const StopFlag& stop) const {
  if (reader_.indexed()) {
    ClaimScratch scratch;
    for (std::size_t i = part; i < reader_.claims().size() && !stop.requested(); i += parts) {
      reader_.VerifyFrame(i, scratch);
    }
    return;
  }
  if (part != 0) return;
  const auto source = reader_.NewSource();
  Batch batch;
  while (!stop.requested() && source->Next(batch)) {
  }
}

}  // namespace haul
