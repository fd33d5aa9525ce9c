#include "core/mongo/collection_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/framing.h"
#include "core/mongo/catalog_writer.h"
#include "core/mongo/driver_error.h"
#include "core/mongo/duplicate_check.h"
#include "core/mongo/server_selection.h"
#include "core/mongo/zero_timestamp.h"

namespace haul {
namespace {

// A command holds one batch, also one that its source filled a little too much: larger ones save
// nothing. A server that has to refuse each of more documents writes a reply that it cannot send.
constexpr std::size_t kMaxCommandBytes = kBatchBytes + kBatchBytes / 2;
constexpr std::uint32_t kMaxCommandDocuments = 10'000;

constexpr int kInvalidBson = 22;
constexpr int kMixedSchemaBuckets = 408;

WriteCommandOptions CommandOptions(const CollectionWriter::Options& options,
                                   bool bypass_timestamps) {
  WriteCommandOptions result;
  result.collection = options.ns.collection;
  result.write_concern = options.write_concern.Clone();
  result.ordered = options.ordered;
  result.bypass_validation = options.bypass_validation;
  result.bypass_timestamp_replacement = bypass_timestamps;
  return result;
}

bool IsDuplicateKey(int code) { return code == server_code::kDuplicateKey || code == 11001; }

bson_error_t ServerError(const WriteError& error) {
  bson_error_t result;
  bson_set_error(&result, MONGOC_ERROR_SERVER, static_cast<std::uint32_t>(error.code), "%s",
                 error.message.c_str());
  return result;
}

// The server refuses the whole command because of what one document holds.
bool IsCausedByDocument(const bson_error_t& error) {
  const auto code = static_cast<int>(error.code);
  return error.domain == MONGOC_ERROR_SERVER &&
         (code == kInvalidBson || code == server_code::kBsonObjectTooLarge);
}

}  // namespace

CollectionWriter::CollectionWriter(Deployment& deployment, const Client& client,
                                   WriteCounts& counts, Options options)
    : deployment_(deployment),
      client_(client),
      counts_(counts),
      options_(std::move(options)),
      command_(CommandOptions(options_, CanBypassTimestampReplacement(deployment.info()))),
      backoff_(deployment.retry_for(), deployment.stop()),
      replaces_timestamps_(!CanBypassTimestampReplacement(deployment.info())) {}

void CollectionWriter::Write(const Batch& batch) {
  const auto documents = static_cast<std::uint32_t>(batch.documents());
  for (std::uint32_t begin = 0; begin < documents;) {
    std::uint32_t end = begin;
    std::size_t bytes = 0;
    while (end < documents && end - begin < kMaxCommandDocuments &&
           (end == begin || bytes + batch.at(end).size() <= kMaxCommandBytes)) {
      bytes += batch.at(end++).size();
    }
    WriteChunk(batch, begin, end);
    begin = end;
  }
}

std::optional<CollectionWriter::Kind> CollectionWriter::KindFor(ByteView document) {
  if (document.size() > kMaxDocumentSize) {
    Reject(document, server_code::kBsonObjectTooLarge, "larger than 16 MiB");
    return std::nullopt;
  }
  if (!replaces_timestamps_) return Kind::kInsert;
  try {
    if (!HasZeroTimestamp(document)) return Kind::kInsert;
    if (FindElement(document, "_id")) return Kind::kExactUpsert;
    Reject(document, 0,
           "it holds a Timestamp(0,0) that this server replaces on insert, and no _id, which "
           "keeping it takes");
  } catch (const Error& error) {
    Reject(document, kInvalidBson, error.message());
  }
  return std::nullopt;
}

void CollectionWriter::WriteChunk(const Batch& batch, std::uint32_t begin, std::uint32_t end) {
  Indices inserts;
  Indices upserts;
  const auto deliver = [&](Kind kind, Indices& indices) {
    if (!indices.empty()) Deliver(kind, batch, std::exchange(indices, {}));
  };
  inserts.reserve(end - begin);
  for (std::uint32_t i = begin; i < end; ++i) {
    const ByteView document = batch.at(i);
    const auto kind = KindFor(document);
    if (!kind) continue;
    const bool upsert = *kind == Kind::kExactUpsert;
    (upsert ? upserts : inserts).push_back(i);
    if (!options_.ordered) continue;
    upsert ? deliver(Kind::kInsert, inserts) : deliver(Kind::kExactUpsert, upserts);
  }
  deliver(Kind::kInsert, inserts);
  deliver(Kind::kExactUpsert, upserts);
  StopOnReject();
}

void CollectionWriter::Deliver(Kind kind, const Batch& batch, Indices indices) {
  pending_.push_back(std::move(indices));
  while (!pending_.empty()) {
    Indices sent = std::move(pending_.back());
    pending_.pop_back();
    const bson_t command = command_.Build(kind, batch, sent);
    attempt_began_ = std::chrono::steady_clock::now();
    const CommandResult result = client_.TryCommand(options_.ns.database, &command);
    if (result.ok) {
      backoff_.Reset();
      Settle(batch, sent, ParseWriteReply(result.reply.bytes(), sent.size()));
    } else {
      HandleFailure(kind, batch, std::move(sent), result);
    }
    StopOnReject();
  }
}

void CollectionWriter::Settle(const Batch& batch, const Indices& sent, const WriteReply& reply) {
  // An ordered command ends at its first error; what stands behind it was not tried.
  const bool cut = options_.ordered && !reply.errors.empty();
  const std::size_t tried = cut ? reply.errors.front().index + 1 : sent.size();
  if (reply.written + reply.errors.size() != tried) {
    throw Error(ExitCode::kInternal,
                fmt::format("{}: of {} documents the server acknowledged {} and refused {}",
                            Operation(), tried, reply.written, reply.errors.size()));
  }
  counts_.inserted += reply.written;
  if (tried < sent.size()) {
    Indices rest(sent.begin() + static_cast<std::ptrdiff_t>(tried), sent.end());
    // Where one was there, the next ones likely are: asking for all at once spares a command each.
    if (IsDuplicateKey(reply.errors.front().code)) rest = WithoutPresent(batch, std::move(rest));
    if (!rest.empty()) pending_.push_back(std::move(rest));
  }
  Indices again;
  for (const WriteError& error : reply.errors) {
    if (HandleWriteError(batch, sent[error.index], error)) again.push_back(sent[error.index]);
  }
  if (!again.empty()) pending_.push_back(std::move(again));
  SettleDuplicates(batch);
}

CollectionWriter::Indices CollectionWriter::WithoutPresent(const Batch& batch, Indices indices) {
  if (!may_compare_) return indices;
  DuplicateCheck check = FindSameDocuments(client_, options_.ns, batch, indices);
  // Sending them tells as much as this question would have.
  if (!check.last.ok) return indices;
  counts_.present += check.same.size();
  return std::move(check.others);
}

bool CollectionWriter::HandleWriteError(const Batch& batch, std::uint32_t index, WriteError error) {
  if (IsDuplicateKey(error.code)) {
    duplicates_.push_back({index, std::move(error.message)});
    return false;
  }
  if (error.code == kMixedSchemaBuckets && !mixed_schema_allowed_) {
    CatalogWriter(deployment_).AllowMixedSchemaBuckets(options_.ns);
    mixed_schema_allowed_ = true;
    return true;
  }
  const bson_error_t cause = ServerError(error);
  if (IsTransient(cause, nullptr)) {
    WaitOrThrow(cause, nullptr);
    return true;
  }
  Reject(batch.at(index), error.code, std::move(error.message));
  return false;
}

void CollectionWriter::SettleDuplicates(const Batch& batch) {
  while (!duplicates_.empty()) {
    Indices indices;
    for (const Duplicate& duplicate : duplicates_) indices.push_back(duplicate.index);
    attempt_began_ = std::chrono::steady_clock::now();
    DuplicateCheck check =
        may_compare_ ? FindSameDocuments(client_, options_.ns, batch, indices) : DuplicateCheck();
    if (may_compare_ && !check.last.ok) {
      if (check.last.error.code == server_code::kUnauthorized) {
        may_compare_ = false;
      } else if (IsTransient(check.last.error, check.last.reply.bson())) {
        WaitOrThrow(check.last.error, check.last.reply.bson());
      } else {
        throw DriverError(Operation() + ": compare duplicates", check.last.error,
                          check.last.reply.bson());
      }
      continue;
    }
    counts_.present += check.same.size();
    std::sort(check.same.begin(), check.same.end());
    for (const Duplicate& duplicate : std::exchange(duplicates_, {})) {
      if (std::binary_search(check.same.begin(), check.same.end(), duplicate.index)) continue;
      Reject(batch.at(duplicate.index), server_code::kDuplicateKey,
             fmt::format("{}: {}", may_compare_ ? "conflict" : "not compared, no right to read",
                         duplicate.message));
    }
  }
}

void CollectionWriter::HandleFailure(Kind kind, const Batch& batch, Indices sent,
                                     const CommandResult& result) {
  const bson_t* reply = result.reply.bson();
  if (IsTransient(result.error, reply)) {
    WaitOrThrow(result.error, reply);
    // Perhaps it was the size of the command or of its reply that broke the connection.
    const bool broke = result.error.domain == MONGOC_ERROR_STREAM;
    broke ? SendAgainInHalves(std::move(sent)) : pending_.push_back(std::move(sent));
    return;
  }
  const bool upsert = kind == Kind::kExactUpsert;
  if (upsert && result.error.code == server_code::kUnauthorized) {
    for (const std::uint32_t index : sent) {
      Reject(batch.at(index), server_code::kUnauthorized,
             "it holds a Timestamp(0,0) that this server replaces on insert, and there is no right "
             "to update, which keeping it takes");
    }
    return;
  }
  if (!IsCausedByDocument(result.error) &&
      !(upsert && result.error.domain == MONGOC_ERROR_SERVER)) {
    throw DriverError(Operation(), result.error, reply);
  }
  if (sent.size() > 1) return SendAgainInHalves(std::move(sent));
  Reject(batch.at(sent.front()), static_cast<int>(result.error.code), result.error.message);
}

void CollectionWriter::SendAgainInHalves(Indices indices) {
  const auto middle = indices.begin() + static_cast<std::ptrdiff_t>((indices.size() + 1) / 2);
  if (middle != indices.end()) pending_.emplace_back(middle, indices.end());
  pending_.emplace_back(indices.begin(), middle);
}

void CollectionWriter::WaitOrThrow(const bson_error_t& error, const bson_t* reply) {
  const bool over = SelectionOutlasted(error, attempt_began_, deployment_.retry_for());
  if (!over && backoff_.Wait()) return;
  throw DriverError(Operation(), error, reply);
}

void CollectionWriter::Reject(ByteView document, int code, std::string reason) {
  ++counts_.rejected;
  if (reason.empty()) reason = "the server gave no reason";
  if (first_reject_.empty()) first_reject_ = reason;
  if (options_.on_reject) options_.on_reject({document, code, std::move(reason)});
}

void CollectionWriter::StopOnReject() const {
  if (!options_.stop_on_reject || first_reject_.empty()) return;
  throw Error(ExitCode::kRejected, fmt::format("{}: stopped at the first rejected document: {}",
                                               Operation(), EscapeForDisplay(first_reject_)));
}

std::string CollectionWriter::Operation() const { return "insert into " + Display(options_.ns); }

}  // namespace haul
