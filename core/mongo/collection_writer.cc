#include "core/mongo/collection_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/bson/element.h"
#include "core/bson/framing.h"
#include "core/mongo/catalog_writer.h"
#include "core/mongo/driver_error.h"
#include "core/mongo/duplicate_check.h"
#include "core/mongo/zero_timestamp.h"

namespace haul {
namespace {

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

}  // namespace

CollectionWriter::CollectionWriter(Deployment& deployment, const Client& client,
                                   WriteCounts& counts, Options options)
    : deployment_(deployment),
      client_(client),
      counts_(counts),
      options_(std::move(options)),
      command_(CommandOptions(options_, CanBypassTimestampReplacement(deployment.info()))),
      delivery_(deployment, client, "insert into " + Display(options_.ns)),
      refusals_(counts.rejected, options_.stop_on_reject, options_.on_reject),
      replaces_timestamps_(!CanBypassTimestampReplacement(deployment.info())) {}

void CollectionWriter::Write(const Batch& batch) {
  const auto documents = static_cast<std::uint32_t>(batch.documents());
  for (std::uint32_t begin = 0; begin < documents;) {
    const std::uint32_t end = EndOfCommand(batch, begin);
    WriteChunk(batch, begin, end);
    begin = end;
  }
}

std::optional<CollectionWriter::Kind> CollectionWriter::KindFor(const Batch& batch,
                                                                std::uint32_t index) {
  const ByteView document = batch.at(index);
  if (document.size() > kMaxDocumentSize) {
    refusals_.Add(batch, index, server_code::kBsonObjectTooLarge, "larger than 16 MiB");
    return std::nullopt;
  }
  if (!replaces_timestamps_) return Kind::kInsert;
  try {
    if (!HasZeroTimestamp(document)) return Kind::kInsert;
    if (FindElement(document, "_id")) return Kind::kExactUpsert;
    refusals_.Add(
        batch, index, 0,
        "it holds a Timestamp(0,0) that this server replaces on insert, and no _id, which "
        "keeping it takes");
  } catch (const Error& error) {
    refusals_.Add(batch, index, server_code::kInvalidBson, error.message());
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
    const auto kind = KindFor(batch, i);
    if (!kind) continue;
    const bool upsert = *kind == Kind::kExactUpsert;
    (upsert ? upserts : inserts).push_back(i);
    if (!options_.ordered) continue;
    upsert ? deliver(Kind::kInsert, inserts) : deliver(Kind::kExactUpsert, upserts);
  }
  deliver(Kind::kInsert, inserts);
  deliver(Kind::kExactUpsert, upserts);
  refusals_.StopOnFirst(delivery_.operation());
}

void CollectionWriter::Deliver(Kind kind, const Batch& batch, Indices indices) {
  delivery_.Add(std::move(indices));
  while (auto sent = delivery_.Next()) {
    const bson_t command = command_.Build(kind, batch, *sent);
    const CommandResult result = delivery_.Send(options_.ns.database, command);
    if (result.ok) {
      Settle(batch, *sent, ParseWriteReply(result.reply.bytes(), sent->size()));
    } else {
      HandleFailure(kind, batch, std::move(*sent), result);
    }
    refusals_.StopOnFirst(delivery_.operation());
  }
}

void CollectionWriter::Settle(const Batch& batch, const Indices& sent, const WriteReply& reply) {
  // An ordered command ends at its first error; what stands behind it was not tried.
  const bool cut = options_.ordered && !reply.errors.empty();
  const std::size_t tried = cut ? reply.errors.front().index + 1 : sent.size();
  if (reply.written + reply.errors.size() != tried) {
    throw Error(ExitCode::kInternal,
                fmt::format("{}: of {} documents the server acknowledged {} and refused {}",
                            delivery_.operation(), tried, reply.written, reply.errors.size()));
  }
  counts_.inserted += reply.written;
  if (tried < sent.size()) {
    Indices rest(sent.begin() + static_cast<std::ptrdiff_t>(tried), sent.end());
    // Where one was there, the next ones likely are: asking for all at once spares a command each.
    if (IsDuplicateKey(reply.errors.front().code)) rest = WithoutPresent(batch, std::move(rest));
    delivery_.Add(std::move(rest));
  }
  Indices again;
  for (const WriteError& error : reply.errors) {
    if (HandleWriteError(batch, sent[error.index], error)) again.push_back(sent[error.index]);
  }
  delivery_.Add(std::move(again));
  SettleDuplicates(batch);
}

CollectionWriter::Indices CollectionWriter::WithoutPresent(const Batch& batch, Indices indices) {
  if (!may_compare_) return indices;
  DuplicateCheck check = FindSameDocuments(client_, options_.ns, batch, indices);
  // Sending them tells as much as this question would have.
  if (!check.last.ok) return indices;
  CountPresent(check.same);
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
  const bson_error_t cause = AsServerError(error);
  if (IsTransient(cause, nullptr)) {
    delivery_.WaitOrThrow(cause, nullptr);
    return true;
  }
  refusals_.Add(batch, index, error.code, std::move(error.message));
  return false;
}

void CollectionWriter::CountPresent(const Indices& same) {
  counts_.present += same.size();
  if (!options_.on_present) return;
  for (const std::uint32_t index : same) options_.on_present(index);
}

void CollectionWriter::SettleDuplicates(const Batch& batch) {
  while (!duplicates_.empty()) {
    Indices indices;
    for (const Duplicate& duplicate : duplicates_) indices.push_back(duplicate.index);
    delivery_.BeginAttempt();
    DuplicateCheck check =
        may_compare_ ? FindSameDocuments(client_, options_.ns, batch, indices) : DuplicateCheck();
    if (may_compare_ && !check.last.ok) {
      if (check.last.error.code == server_code::kUnauthorized) {
        may_compare_ = false;
      } else if (IsTransient(check.last.error, check.last.reply.bson())) {
        delivery_.WaitOrThrow(check.last.error, check.last.reply.bson());
      } else {
        throw DriverError(delivery_.operation() + ": compare duplicates", check.last.error,
                          check.last.reply.bson());
      }
      continue;
    }
    CountPresent(check.same);
    std::sort(check.same.begin(), check.same.end());
    for (const Duplicate& duplicate : std::exchange(duplicates_, {})) {
      if (std::binary_search(check.same.begin(), check.same.end(), duplicate.index)) continue;
      refusals_.Add(
          batch, duplicate.index, server_code::kDuplicateKey,
          fmt::format("{}: {}", may_compare_ ? "conflict" : "not compared, no right to read",
                      duplicate.message));
    }
  }
}

void CollectionWriter::HandleFailure(Kind kind, const Batch& batch, Indices sent,
                                     const CommandResult& result) {
  const bson_t* reply = result.reply.bson();
  if (delivery_.WaitedOut(sent, result)) return;
  const bool upsert = kind == Kind::kExactUpsert;
  if (upsert && result.error.code == server_code::kUnauthorized) {
    for (const std::uint32_t index : sent) {
      refusals_.Add(
          batch, index, server_code::kUnauthorized,
          "it holds a Timestamp(0,0) that this server replaces on insert, and there is no right "
          "to update, which keeping it takes");
    }
    return;
  }
  if (!IsCausedByDocument(result.error) &&
      !(upsert && result.error.domain == MONGOC_ERROR_SERVER)) {
    throw DriverError(delivery_.operation(), result.error, reply);
  }
  if (sent.size() > 1) return delivery_.AddHalves(std::move(sent));
  refusals_.Add(batch, sent.front(), static_cast<int>(result.error.code), result.error.message);
}

}  // namespace haul
