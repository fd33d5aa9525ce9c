#include "restore/archive_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/error.h"
#include "core/base/units.h"
#include "core/bson/framing.h"
#include "restore/feed.h"

namespace haul {
namespace {

// Users and roles wait for everything else, in memory.
constexpr std::size_t kMaxKeptBytes = 64 * kMiB;

/// Whole documents that lie in memory.
class KeptDocuments final : public DocumentSource {
 public:
  /// What `documents` refers to must outlive it.
  explicit KeptDocuments(ByteView documents) : rest_(documents) {}

  [[nodiscard]] bool Next(Batch& batch) override {
    batch.Clear();
    while (!rest_.empty()) {
      const std::size_t size = FrameDocument(rest_).size;
      if (!batch.empty() && batch.bytes().size() + size > kBatchBytes) break;
      batch.Append(rest_.first(size));
      rest_ = rest_.subspan(size);
    }
    return !batch.empty();
  }

 private:
  ByteView rest_;
};

}  // namespace

/// What is left of the stream when the oplog has begun.
class ArchivedOplog final : public DocumentSource {
 public:
  explicit ArchivedOplog(ArchiveFeed& feed) : feed_(feed) {}

  [[nodiscard]] bool Next(Batch& batch) override {
    const std::lock_guard lock(feed_.read_mutex_);
    batch.Clear();
    if (!feed_.oplog_batch_.empty()) {
      std::swap(batch, feed_.oplog_batch_);
      return true;
    }
    if (feed_.over_ || feed_.broken_) return false;
    feed_.broken_ = true;
    const auto piece = feed_.stream_.reader.Next(batch);
    feed_.broken_ = false;
    feed_.over_ = !piece;
    return !batch.empty();
  }

 private:
  ArchiveFeed& feed_;
};

std::string ArchiveFeed::NameOf(const ArchiveMember& member, const std::string& archive) {
  const bool oplog = member.role == ArchiveMember::Role::kOplog;
  return fmt::format("{} in {}", oplog ? "the oplog" : Display(member.spec.ns), archive);
}

ArchiveFeed::ArchiveFeed(Stream stream, const RestorePlan& plan, const RestoreOptions& options,
                         const StopFlag& stop)
    : stream_(std::move(stream)), plan_(plan), options_(options), stop_(stop) {
  for (const PlannedCollection& planned : plan.collections) {
    Collection& collection = collections_.emplace_back();
    collection.planned = &planned;
    collection.most_workers = MostWorkers(planned);
  }
  AddDestinations();
}

void ArchiveFeed::AddDestinations() {
  std::map<std::string, Destination> by_name;
  for (std::size_t i = 0; i < plan_.collections.size(); ++i) {
    if (plan_.collections[i].data) by_name[plan_.collections[i].data->name].collection = i;
  }
  using Kind = DumpedAdminData::Kind;
  PlannedUsers users = plan_.users.value_or(PlannedUsers());
  for (const Kind kind : {Kind::kUsers, Kind::kRoles, Kind::kVersion}) {
    if (users.Data(kind)) by_name[users.Data(kind)->name].kept = kind;
  }
  if (plan_.oplog) by_name[plan_.oplog->name].oplog = true;
  for (const ArchiveMember& member : stream_.reader.members()) {
    const auto found = by_name.find(NameOf(member, stream_.name));
    destinations_.push_back(found != by_name.end() ? found->second : Destination());
    if (!destinations_.back().oplog || member.role == ArchiveMember::Role::kOplog) continue;
    throw Error(ExitCode::kUnsupported,
                fmt::format("replay {}: an archive's oplog is replayed only where it was dumped "
                            "with --oplog",
                            plan_.oplog->name));
  }
}

std::size_t ArchiveFeed::MostWorkers(const PlannedCollection& planned) const {
  if (options_.maintain_order || planned.spec.capped()) return 1;
  return options_.workers_per_collection == 0 ? options_.jobs : options_.workers_per_collection;
}

Amount ArchiveFeed::Expected(std::size_t /*collection*/) const { return {}; }

std::string ArchiveFeed::Name(std::size_t collection) const {
  const auto& data = collections_[collection].planned->data;
  return data ? data->name : std::string();
}

RestoreFeed::Count ArchiveFeed::Documents(std::size_t collection) const {
  return {std::nullopt, collections_[collection].handed_out.load()};
}

void ArchiveFeed::Verify(std::size_t part, std::size_t /*parts*/,
                         const Concerns& /*concerns*/) const {
  if (part != 0 || !stream_.readable_twice) return;
  OpenedSource source(stream_.path);
  ArchiveReader reader(source, {.name = stream_.name});
  Batch batch;
  while (!stop_.requested() && reader.Next(batch)) {
  }
}

bool ArchiveFeed::Next(Claim& claim) {
  if (Settle(claim)) {
    claim.kind = Claim::Kind::kComplete;
    return true;
  }
  {
    const std::lock_guard lock(read_mutex_);
    if (broken_ || over_ || at_oplog_) return false;
    broken_ = true;
    const bool found = ReadNext(claim);
    broken_ = false;
    if (!found) return false;
  }
  return claim.kind != Claim::Kind::kDocuments || AwaitTurn(claim);
}

bool ArchiveFeed::Settle(Claim& claim) {
  if (std::exchange(claim.kind, Claim::Kind::kNone) != Claim::Kind::kDocuments) return false;
  const std::lock_guard lock(mutex_);
  Collection& collection = collections_[claim.collection];
  ++collection.settled;
  settled_.notify_all();
  return collection.ended && collection.issued == collection.settled && !stop_.requested();
}

bool ArchiveFeed::ReadNext(Claim& claim) {
  while (!stop_.requested()) {
    const auto piece = stream_.reader.Next(claim.batch);
    over_ = !piece;
    if (over_) return false;
    if (TakePiece(*piece, claim)) return true;
    if (at_oplog_) return false;
  }
  return false;
}

bool ArchiveFeed::TakePiece(const ArchiveReader::Piece& piece, Claim& claim) {
  const Destination& destination = destinations_[piece.member];
  if (destination.oplog) BeginOplog(piece, claim.batch);
  if (destination.kept) Keep(*destination.kept, piece, claim.batch);
  if (!destination.collection) return false;
  claim.collection = *destination.collection;
  Collection& collection = collections_[claim.collection];
  collection.handed_out += claim.batch.documents();
  claim.advance = claim.batch.bytes().size();
  const std::lock_guard lock(mutex_);
  if (!piece.end) {
    claim.kind = Claim::Kind::kDocuments;
    claim.turn = collection.issued++;
    return true;
  }
  collection.ended = true;
  if (collection.issued != collection.settled) return false;
  claim.kind = Claim::Kind::kComplete;
  return true;
}

void ArchiveFeed::Keep(DumpedAdminData::Kind kind, const ArchiveReader::Piece& piece,
                       const Batch& batch) {
  Kept& kept = kept_[kind];
  kept.documents.Append(batch.bytes());
  kept.ended = piece.end;
  if (kept.documents.size() <= kMaxKeptBytes) return;
  throw Error(ExitCode::kLimit, fmt::format("read {}: its users and roles take more than {}",
                                            stream_.name, FormatBytes(kMaxKeptBytes)));
}

// Replaying needs the collections as they were dumped, all of them.
void ArchiveFeed::BeginOplog(const ArchiveReader::Piece& piece, Batch& batch) {
  at_oplog_ = true;
  std::swap(oplog_batch_, batch);
  for (std::size_t i = 0; i < stream_.reader.members().size(); ++i) {
    const ArchiveMember& member = stream_.reader.members()[i];
    if (i == piece.member || member.ended) continue;
    throw Error(ExitCode::kCorrupt, fmt::format("read {}: the oplog comes before the end of {}",
                                                stream_.name, Display(member.spec.ns)));
  }
}

// One after another in the order of the stream, as many at once as the collection bears.
bool ArchiveFeed::AwaitTurn(const Claim& claim) {
  // A signal cannot wake anybody, so the waiting look at the stop flag.
  constexpr std::chrono::milliseconds kLook{50};
  const Collection& collection = collections_[claim.collection];
  std::unique_lock lock(mutex_);
  while (!stop_.requested()) {
    if (claim.turn < collection.settled + collection.most_workers) return true;
    settled_.wait_for(lock, kLook);
  }
  return false;
}

std::unique_ptr<DocumentSource> ArchiveFeed::UserDocuments(DumpedAdminData::Kind kind) {
  const std::lock_guard lock(read_mutex_);
  const auto kept = kept_.find(kind);
  if (kept == kept_.end() || !kept->second.ended) return nullptr;
  return std::make_unique<KeptDocuments>(kept->second.documents.view());
}

std::unique_ptr<DocumentSource> ArchiveFeed::Oplog() {
  if (!plan_.oplog) return nullptr;
  if (at_oplog_) return std::make_unique<ArchivedOplog>(*this);
  return std::make_unique<WholeFile>(*plan_.oplog);
}

std::vector<std::string> ArchiveFeed::Finish() {
  const std::lock_guard lock(read_mutex_);
  Batch batch;
  while (!over_ && !stop_.requested()) over_ = !stream_.reader.Next(batch);
  if (stream_.reader.own()) return {};
  return {
      fmt::format("{} was not written by haul: nothing vouches for its names, options and "
                  "indexes; its documents were checked",
                  stream_.name)};
}

}  // namespace haul
