#include "core/mongo/oplog_tail.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/bson/element.h"
#include "core/mongo/driver_error.h"

namespace haul {
namespace {

constexpr std::uint32_t kReplyEntries = 1000;

Namespace Oplog() { return {"local", "oplog.rs"}; }

Document FindIn(const Namespace& ns) {
  Document find;
  BSON_APPEND_UTF8(find.bson(), "find", ns.collection.c_str());
  return find;
}

void AppendNested(Document& to, const char* key, const Document& nested) {
  BSON_APPEND_DOCUMENT(to.bson(), key, nested.bson());
}

Document Ordered(const char* field, int direction) {
  Document order;
  BSON_APPEND_INT32(order.bson(), field, direction);
  return order;
}

constexpr const char* kOverwrittenHint =
    "enlarge the oplog (db.adminCommand({replSetResizeOplog: 1, size: Double(MEGABYTES), "
    "minRetentionHours: HOURS})) or dump when less is written";

/// The one document that `find` yields; nothing where it yields none.
std::optional<Document> FindOne(Deployment& deployment, const Client& client, const Namespace& ns,
                                Document find) {
  BSON_APPEND_INT32(find.bson(), "limit", 1);
  BSON_APPEND_BOOL(find.bson(), "singleBatch", true);
  constexpr int kTries = 3;
  Backoff backoff(deployment.retry_for(), deployment.stop());
  for (int overwritten = 0;;) {
    ServerCursor cursor(client, ns, deployment.ReadMember(client));
    const auto failure = cursor.Open(find.bson());
    if (!failure) {
      const auto first = ElementWalk(cursor.documents()).Next();
      if (!first) return std::nullopt;
      return Document(first->AsDocument().value_or(ByteView()));
    }
    if (failure->server_code == server_code::kCappedPositionLost) {
      if (++overwritten < kTries) continue;
      throw Error(ExitCode::kSourceChanged,
                  "read the oplog: entries are overwritten before they can be read",
                  kOverwrittenHint);
    }
    if (!failure->transient || !backoff.Wait()) throw failure->error;
  }
}

Timestamp TimeOf(ByteView entry) {
  const auto field = FindElement(entry, "ts");
  const auto time = field ? field->AsTimestamp() : std::nullopt;
  if (!time) throw Error(ExitCode::kCorrupt, "read the oplog: an entry has no 'ts'");
  return *time;
}

/// The first (1) or last (-1) entry.
Timestamp EdgeOfOplog(Deployment& deployment, const Client& client, int direction) {
  Document find = FindIn(Oplog());
  AppendNested(find, "sort", Ordered("$natural", direction));
  const auto entry = FindOne(deployment, client, Oplog(), std::move(find));
  if (!entry) throw Error(ExitCode::kUnsupported, "read the oplog: it is empty");
  return TimeOf(entry->bytes());
}

}  // namespace

Timestamp NewestOplogTime(Deployment& deployment, const Client& client) {
  return EdgeOfOplog(deployment, client, -1);
}

Timestamp OplogStartTime(Deployment& deployment, const Client& client) {
  // In this order: a transaction that begins in between begins after the newest entry.
  const Timestamp newest = NewestOplogTime(deployment, client);
  const Namespace transactions{"config", "transactions"};
  Document find = FindIn(transactions);
  bson_t* open = BCON_NEW("filter", "{", "state", "{", "$in", "[", BCON_UTF8("prepared"),
                          BCON_UTF8("inProgress"), "]", "}", "}");
  bson_concat(find.bson(), open);
  bson_destroy(open);
  AppendNested(find, "sort", Ordered("startOpTime", 1));
  const auto oldest = FindOne(deployment, client, transactions, std::move(find));
  if (!oldest) return newest;
  const auto fields = FindDocument(oldest->bytes(), "startOpTime");
  if (!fields) {
    throw Error(ExitCode::kUnsupported,
                "read config.transactions: an open transaction has no 'startOpTime'");
  }
  return std::min(newest, TimeOf(*fields));
}

OplogTail::OplogTail(Deployment& deployment, const Client& client, Timestamp start)
    : deployment_(deployment),
      client_(client),
      start_(start),
      backoff_(deployment.retry_for(), deployment.stop()) {}

const std::vector<ByteView>& OplogTail::Next() {
  for (;;) {
    entries_.clear();
    const std::optional<CommandFailure> failure = TryNext();
    if (!failure) {
      backoff_.Reset();
      TakeReply();
      return entries_;
    }
    cursor_.reset();
    if (failure->server_code == server_code::kCappedPositionLost) {
      throw Lost("entries were overwritten before they were read");
    }
    if (!failure->transient || !backoff_.Wait()) throw failure->error;
  }
}

std::optional<CommandFailure> OplogTail::TryNext() try {
  constexpr std::chrono::milliseconds kMoment{100};
  opened_ = cursor_ == nullptr || !cursor_->open();
  return opened_ ? Open() : cursor_->GetMore(kReplyEntries, kMoment);
} catch (const Error& error) {
  return CommandFailure{error, error.code() == ExitCode::kUnavailable};
}

std::optional<CommandFailure> OplogTail::Open() {
  const Timestamp from = last_ ? last_->time : start_;
  Document find = FindIn(Oplog());
  bson_t filter;
  bson_t range;
  BSON_APPEND_DOCUMENT_BEGIN(find.bson(), "filter", &filter);
  BSON_APPEND_DOCUMENT_BEGIN(&filter, "ts", &range);
  BSON_APPEND_TIMESTAMP(&range, "$gte", from.seconds, from.increment);
  bson_append_document_end(&filter, &range);
  bson_append_document_end(find.bson(), &filter);
  BSON_APPEND_BOOL(find.bson(), "tailable", true);
  BSON_APPEND_BOOL(find.bson(), "awaitData", true);
  BSON_APPEND_INT32(find.bson(), "batchSize", static_cast<std::int32_t>(kReplyEntries));
  cursor_ = std::make_unique<ServerCursor>(client_, Oplog(), deployment_.ReadMember(client_));
  return cursor_->Open(find.bson());
}

OplogTail::Place OplogTail::PlaceOf(ByteView entry) {
  const auto term = FindElement(entry, "t");
  return {TimeOf(entry), term ? term->AsInteger().value_or(0) : 0};
}

void OplogTail::TakeReply() {
  ElementWalk walk(cursor_->documents());
  while (const auto element = walk.Next()) {
    entries_.push_back(element->AsDocument().value_or(ByteView()));
  }
  if (opened_ && last_) {
    if (entries_.empty() || PlaceOf(entries_.front()) != *last_) {
      throw Lost("what was read of it is not there any more: it was overwritten or rolled back");
    }
    entries_.erase(entries_.begin());
  } else if (opened_) {
    // Once the cursor stands on an entry, the server tells when it loses it.
    CheckOldest();
  }
  if (!entries_.empty()) last_ = PlaceOf(entries_.back());
}

void OplogTail::CheckOldest() const {
  const Timestamp oldest = EdgeOfOplog(deployment_, client_, 1);
  if (oldest <= start_) return;
  throw Lost(fmt::format("its oldest entry is of {}", oldest.ToString()));
}

Error OplogTail::Lost(std::string_view cause) const {
  return {
      ExitCode::kSourceChanged,
      fmt::format("read the oplog after {}: {}", (last_ ? last_->time : start_).ToString(), cause),
      kOverwrittenHint};
}

}  // namespace haul
