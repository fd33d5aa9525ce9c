#include "restore/folder_feed.h"

#include <algorithm>
#include <chrono>

namespace haul {
std::unique_ptr<CollectionFeed> FolderFeed::OpenFile(const DataFile& file) {
  return std::make_unique<CollectionFeed>(file);
}

FolderFeed::FolderFeed(const RestorePlan& plan, const RestoreOptions& options, const StopFlag& stop,
                       const Opener& open)
    : plan_(plan), options_(options), stop_(stop) {
  for (const PlannedCollection& planned : plan.collections) {
    Collection& collection = collections_.emplace_back();
    collection.drained = !planned.data;
    if (!planned.data) continue;
    collection.feed = open(*planned.data);
    collection.most_workers = MostWorkers(planned, *collection.feed);
  }
}

std::size_t FolderFeed::MostWorkers(const PlannedCollection& planned,
                                    const CollectionFeed& feed) const {
  if (options_.maintain_order || planned.spec.capped()) return 1;
  const std::size_t limit =
      options_.workers_per_collection == 0 ? options_.jobs : options_.workers_per_collection;
  return std::min(limit, feed.useful_workers());
}

Amount FolderFeed::Expected(std::size_t collection) const {
  const CollectionFeed* feed = collections_[collection].feed.get();
  if (feed == nullptr) return {};
  return {.documents = feed->documents().value_or(0), .bytes = feed->size()};
}

std::string FolderFeed::Name(std::size_t collection) const {
  const CollectionFeed* feed = collections_[collection].feed.get();
  return feed == nullptr ? std::string() : feed->name();
}

RestoreFeed::Count FolderFeed::Documents(std::size_t collection) const {
  const CollectionFeed* feed = collections_[collection].feed.get();
  if (feed == nullptr) return {};
  return {feed->documents(), feed->handed_out()};
}

void FolderFeed::Verify(std::size_t part, std::size_t parts, const Concerns& concerns) const {
  for (std::size_t i = 0; i < collections_.size(); ++i) {
    if (!concerns(i)) continue;
    // Files without an index are looked through by one worker each, so their turns are spread.
    const std::size_t turn = (part + i) % parts;
    const CollectionFeed* feed = collections_[i].feed.get();
    if (feed != nullptr) feed->Verify(turn, parts, stop_);
  }
}

bool FolderFeed::CanVerify() const {
  return std::all_of(collections_.begin(), collections_.end(), [](const Collection& collection) {
    return collection.feed == nullptr || collection.feed->readable_twice();
  });
}

bool FolderFeed::Next(Claim& claim) {
  while (true) {
    if (!claim.joined) claim.joined = Join();
    if (!claim.joined) return false;
    claim.collection = *claim.joined;
    if (NextDocuments(claim)) return true;
    claim.joined.reset();
    if (!Leave(claim.collection)) continue;
    claim.kind = Claim::Kind::kComplete;
    return true;
  }
}

bool FolderFeed::NextDocuments(Claim& claim) {
  CollectionFeed* feed = collections_[claim.collection].feed.get();
  if (feed == nullptr || stop_.requested()) return false;
  if (!feed->Next(claim.batch, claim.scratch)) return false;
  claim.kind = Claim::Kind::kDocuments;
  claim.advance = feed->Advance(claim.batch);
  return true;
}

std::optional<std::size_t> FolderFeed::FindWork() const {
  const std::size_t at_once = options_.parallel_collections;
  const auto at_work = static_cast<std::size_t>(std::count_if(
      collections_.begin(), collections_.end(), [](const Collection& c) { return c.workers > 0; }));
  for (std::size_t i = 0; i < collections_.size(); ++i) {
    const Collection& collection = collections_[i];
    if (collection.done || collection.workers >= collection.most_workers) continue;
    if (collection.drained && collection.feed != nullptr) continue;
    if (collection.workers == 0 && at_once != 0 && at_work >= at_once) continue;
    return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> FolderFeed::Join() {
  // A signal cannot wake anybody, so the waiting look at the stop flag.
  constexpr std::chrono::milliseconds kLook{50};
  std::unique_lock lock(mutex_);
  while (!stop_.requested()) {
    if (const auto work = FindWork()) {
      ++collections_[*work].workers;
      return work;
    }
    const bool all_taken = std::all_of(collections_.begin(), collections_.end(),
                                       [](const Collection& c) { return c.drained || c.done; });
    if (all_taken) return std::nullopt;
    changed_.wait_for(lock, kLook);
  }
  return std::nullopt;
}

bool FolderFeed::Leave(std::size_t index) {
  const std::lock_guard lock(mutex_);
  Collection& collection = collections_[index];
  --collection.workers;
  changed_.notify_all();
  if (stop_.requested()) return false;
  collection.drained = true;
  if (collection.workers != 0 || collection.done) return false;
  collection.done = true;
  return true;
}

std::unique_ptr<DocumentSource> FolderFeed::UserDocuments(DumpedAdminData::Kind kind) {
  std::optional<PlannedUsers> users = plan_.users;
  if (!users) return nullptr;
  const std::optional<DataFile>& file = users->Data(kind);
  return file ? std::make_unique<WholeFile>(*file) : nullptr;
}

std::unique_ptr<DocumentSource> FolderFeed::Oplog() {
  return plan_.oplog ? std::make_unique<WholeFile>(*plan_.oplog) : nullptr;
}

}  // namespace haul
