#include "restore/feed.h"

#include <algorithm>
#include <utility>

namespace haul {

CollectionFeed::CollectionFeed(const DataFile& file) : name_(file.name), reader_(file) {
  if (!reader_->indexed()) source_ = reader_->NewSource(&stored_read_);
}

CollectionFeed::CollectionFeed(std::unique_ptr<DocumentSource> source, std::string name)
    : name_(std::move(name)), source_(std::move(source)) {}

std::optional<std::uint64_t> CollectionFeed::documents() const {
  return reader_ ? reader_->documents() : std::nullopt;
}

bool CollectionFeed::Next(Batch& batch, ClaimScratch& scratch) {
  if (indexed()) {
    const std::size_t frame = next_frame_.fetch_add(1);
    if (frame >= reader_->claims().size()) return false;
    reader_->ReadClaim(frame, batch, scratch);
  } else {
    const std::lock_guard lock(mutex_);
    if (!source_->Next(batch)) return false;
  }
  handed_out_ += batch.documents();
  return true;
}

std::uint64_t CollectionFeed::size() const {
  return reader_ ? reader_->plain_bytes().value_or(reader_->file().stored_bytes) : 0;
}

std::uint64_t CollectionFeed::Advance(const Batch& batch) {
  if (!reader_ || reader_->plain_bytes()) return batch.bytes().size();
  const std::uint64_t read = stored_read_.load();
  std::uint64_t reported = stored_reported_.load();
  while (reported < read && !stored_reported_.compare_exchange_weak(reported, read)) {
  }
  return reported < read ? read - reported : 0;
}

std::size_t CollectionFeed::useful_workers() const {
  if (indexed()) return std::max<std::size_t>(1, reader_->claims().size());
  return reader_ ? 1 + size() / kBatchBytes : SIZE_MAX;
}

void CollectionFeed::Verify(std::size_t part, std::size_t parts, const StopFlag& stop) const {
  if (indexed()) {
    ClaimScratch scratch;
    for (std::size_t i = part; i < reader_->claims().size() && !stop.requested(); i += parts) {
      reader_->VerifyFrame(i, scratch);
    }
    return;
  }
  if (part != 0 || !reader_) return;
  const auto source = reader_->NewSource();
  Batch batch;
  while (!stop.requested() && source->Next(batch)) {
  }
}

}  // namespace haul
