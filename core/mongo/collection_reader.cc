#include "core/mongo/collection_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/units.h"
#include "core/bson/element.h"
#include "core/bson/framing.h"

namespace haul {

CollectionReader::CollectionReader(Deployment& deployment, const Client& client,
                                   CollectionRead read)
    : deployment_(deployment),
      client_(client),
      read_(std::move(read)),
      order_(NewReadOrder(client, read_)),
      backoff_(deployment.retry_for(), deployment.stop()) {}

bool CollectionReader::Next(Batch& batch) {
  // A reply may hold more than a batch or less; a batch that is nearly full does not wait for
  // another.
  constexpr std::size_t kNearlyFull = kBatchBytes / 4 * 3;
  batch.Clear();
  for (;;) {
    while (taken_ < reply_.size() && batch.bytes().size() < kBatchBytes) {
      batch.Append(reply_[taken_++]);
    }
    if (taken_ < reply_.size() || batch.bytes().size() >= kNearlyFull) return true;
    if (!Fetch()) return !batch.empty();
  }
}

bool CollectionReader::Fetch() {
  while (state_ != State::kEnd) {
    std::optional<CommandFailure> failure = TryFetch();
    if (!failure) {
      backoff_.Reset();
      return true;
    }
    Survive(*failure);
  }
  return false;
}

std::optional<CommandFailure> CollectionReader::TryFetch() try {
  std::optional<CommandFailure> failure;
  if (state_ == State::kLast) {
    failure = Open(order_->LastCommand().value());
  } else if (cursor_ != nullptr) {
    failure = cursor_->GetMore(read_.reply_documents);
  } else {
    failure = Open(order_->FindCommand());
  }
  if (!failure) TakeReply();
  return failure;
} catch (const Error& error) {
  return CommandFailure{error, error.code() == ExitCode::kUnavailable};
}

std::optional<CommandFailure> CollectionReader::Open(const Document& find) {
  cursor_.reset();
  cursor_ = std::make_unique<ServerCursor>(client_, read_.ns, deployment_.ReadMember(client_));
  std::optional<CommandFailure> failure = cursor_->Open(find.bson());
  if (failure) cursor_.reset();
  return failure;
}

void CollectionReader::TakeReply() {
  reply_.clear();
  taken_ = 0;
  ElementWalk walk(cursor_->documents());
  while (const auto element = walk.Next()) {
    const auto document = element->AsDocument();
    const Framed framed = document ? FrameDocument(*document) : Framed{Framed::State::kBad, 0, {}};
    if (framed.state != Framed::State::kDocument || framed.size != document->size()) {
      throw Error(ExitCode::kCorrupt,
                  fmt::format("read {}: the server sent something that is not a "
                              "document; nothing of it was used",
                              Display(read_.ns)));
    }
    reply_.push_back(*document);
  }
  if (state_ == State::kLast) {
    state_ = State::kEnd;
  } else if (order_->Accept(*cursor_, reply_)) {
    state_ = order_->LastCommand() ? State::kLast : State::kEnd;
  } else {
    state_ = State::kReading;
  }
}

void CollectionReader::Survive(const CommandFailure& failure) {
  const bool was_open = cursor_ != nullptr;
  cursor_.reset();
  if (!was_open && order_->Retreat(failure.server_code)) return;
  if (!failure.transient || !order_->can_continue() || !backoff_.Wait()) {
    throw ReadError(read_.ns, read_.at, failure);
  }
}

std::uint32_t ReplyDocuments(const CollectionSize& size, std::chrono::milliseconds round_trip) {
  // Small replies stay in the caches of both sides: 256 KiB were read twice as fast as 4 MiB. On a
  // slow network a reply has to be worth its round trip.
  constexpr std::uint64_t kNear = 256 * kKiB;
  constexpr std::uint64_t kFar = 4 * kMiB;
  constexpr std::uint64_t kUnknown = 500;
  if (size.documents == 0 || size.bytes == 0) return kUnknown;
  const auto delay = static_cast<std::uint64_t>(round_trip.count());
  const std::uint64_t reply = std::clamp(delay * kMiB / 2, kNear, kFar);
  const std::uint64_t average = std::max<std::uint64_t>(1, size.bytes / size.documents);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(reply / average, 2, kBatchDocuments));
}

}  // namespace haul
