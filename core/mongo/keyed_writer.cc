#include "core/mongo/keyed_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/framing.h"
#include "core/mongo/driver_error.h"

namespace haul {
namespace {

WriteCommandOptions CommandOptions(const KeyedWriter::Options& options) {
  WriteCommandOptions result;
  result.collection = options.ns.collection;
  result.write_concern = options.write_concern.Clone();
  result.ordered = options.ordered;
  // A delete command knows no validators.
  result.bypass_validation = options.bypass_validation && options.mode != KeyedMode::kDelete;
  return result;
}

std::string Operation(const KeyedWriter::Options& options) {
  constexpr std::array<const char*, 4> kVerbs{"insert into", "upsert into", "merge into",
                                              "delete from"};
  return fmt::format("{} {}", kVerbs.at(static_cast<std::size_t>(options.mode)),
                     Display(options.ns));
}

// Of a statement, not of its document alone: what the server's parser will not have.
bool IsCausedByStatement(const bson_error_t& error) {
  constexpr std::array<std::uint32_t, 4> kParserCodes{2, 9, 14, 15};
  return IsCausedByDocument(error) ||
         (error.domain == MONGOC_ERROR_SERVER &&
          std::find(kParserCodes.begin(), kParserCodes.end(), error.code) != kParserCodes.end());
}

bool SameNames(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

}  // namespace

KeyedWriter::KeyedWriter(const Deployment& deployment, const Client& client, const KeyFields& key,
                         KeyedCounts& counts, Options options)
    : key_(key),
      counts_(counts),
      options_(std::move(options)),
      command_(CommandOptions(options_), key, options_.mode),
      delivery_(deployment, client, Operation(options_)),
      refusals_(counts.rejected, options_.stop_on_reject, options_.on_reject) {}

void KeyedWriter::Write(const Batch& batch) {
  conflicts_.clear();
  for (std::uint32_t begin = 0; begin < batch.documents();) {
    const std::uint32_t end = EndOfCommand(batch, begin);
    WriteChunk(batch, begin, end);
    begin = end;
  }
}

void KeyedWriter::WriteChunk(const Batch& batch, std::uint32_t begin, std::uint32_t end) {
  for (BatchIndices& run : Runs(batch, begin, end)) Deliver(batch, std::move(run));
  refusals_.StopOnFirst(delivery_.operation());
}

std::vector<BatchIndices> KeyedWriter::Runs(const Batch& batch, std::uint32_t begin,
                                            std::uint32_t end) {
  std::vector<BatchIndices> runs(1);
  std::unordered_map<std::uint64_t, std::size_t> seen;
  if (!options_.ordered) seen.reserve(end - begin);
  for (std::uint32_t i = begin; i < end; ++i) {
    const ByteView document = batch.at(i);
    if (document.size() > kMaxDocumentSize) {
      refusals_.Add(batch, i, server_code::kBsonObjectTooLarge, "larger than 16 MiB");
      continue;
    }
    const KeyFields::Found found = key_.Find(document, values_);
    if (found.values < values_.size()) {
      refusals_.Add(
          batch, i, 0,
          fmt::format("key field '{}' is absent or null", EscapeForDisplay(found.first_absent)));
      continue;
    }
    const std::size_t run = options_.ordered ? 0 : seen[HashKey(values_)]++;
    if (run == runs.size()) runs.emplace_back();
    runs[run].push_back(i);
  }
  return runs;
}

void KeyedWriter::Deliver(const Batch& batch, BatchIndices indices) {
  delivery_.Add(std::move(indices));
  while (auto sent = delivery_.Next()) {
    const bson_t command = command_.Build(batch, *sent);
    const CommandResult result = delivery_.Send(options_.ns.database, command);
    if (result.ok) {
      Settle(batch, *sent, ParseWriteReply(result.reply.bytes(), sent->size()));
    } else {
      HandleFailure(batch, std::move(*sent), result);
    }
    refusals_.StopOnFirst(delivery_.operation());
  }
}

void KeyedWriter::Settle(const Batch& batch, const BatchIndices& sent, const WriteReply& reply) {
  // An ordered command ends at its first error; what stands behind it was not tried.
  const bool cut = options_.ordered && !reply.errors.empty();
  const std::size_t tried = cut ? reply.errors.front().index + 1 : sent.size();
  Count(sent, tried, reply);
  delivery_.Add({sent.begin() + static_cast<std::ptrdiff_t>(tried), sent.end()});
  BatchIndices again;
  for (const WriteError& error : reply.errors) {
    if (HandleWriteError(batch, sent[error.index], error)) again.push_back(sent[error.index]);
  }
  delivery_.Add(std::move(again));
}

void KeyedWriter::Count(const BatchIndices& sent, std::size_t tried, const WriteReply& reply) {
  const std::size_t taken = tried - std::min(tried, reply.errors.size());
  const bool deletes = options_.mode == KeyedMode::kDelete;
  const bool adds_up = deletes ? reply.written <= taken : reply.written == taken;
  if (!adds_up || reply.upserted.size() + reply.modified > taken) {
    throw Error(ExitCode::kInternal,
                fmt::format("{}: of {} documents the server acknowledged {} and refused {}",
                            delivery_.operation(), tried, reply.written, reply.errors.size()));
  }
  if (deletes) {
    counts_.deleted += reply.written;
    counts_.absent += taken - reply.written;
    return;
  }
  counts_.inserted += reply.upserted.size();
  counts_.updated += reply.modified;
  counts_.present += taken - reply.upserted.size() - reply.modified;
  if (!options_.on_outcome) return;
  std::vector<bool> told(tried, false);
  for (const WriteError& error : reply.errors) told[error.index] = true;
  for (const std::size_t statement : reply.upserted) {
    told[statement] = true;
    options_.on_outcome(sent[statement], KeyedOutcome::kInserted);
  }
  for (std::size_t i = 0; i < tried; ++i) {
    if (!told[i]) options_.on_outcome(sent[i], KeyedOutcome::kFound);
  }
}

bool KeyedWriter::HandleWriteError(const Batch& batch, std::uint32_t index, WriteError error) {
  const bson_error_t cause = AsServerError(error);
  if (IsTransient(cause, nullptr)) {
    delivery_.WaitOrThrow(cause, nullptr);
    return true;
  }
  if (IsDuplicateKey(error.code) && MayBeThereNow(index, error)) return true;
  refusals_.Add(batch, index, error.code, std::move(error.message));
  return false;
}

bool KeyedWriter::MayBeThereNow(std::uint32_t index, const WriteError& error) {
  // The index on the key itself: surely a race, unless it has a collation of its own. Another one:
  // perhaps a race for a document that violates both, and the server names the one it saw first.
  constexpr int kTriesForKey = 3;
  const int tries = SameNames(error.key, key_.paths()) ? kTriesForKey : 1;
  return conflicts_[index]++ < tries;
}

void KeyedWriter::HandleFailure(const Batch& batch, BatchIndices sent,
                                const CommandResult& result) {
  if (delivery_.WaitedOut(sent, result)) return;
  if (!IsCausedByStatement(result.error)) {
    throw DriverError(delivery_.operation(), result.error, result.reply.bson());
  }
  if (sent.size() > 1) return delivery_.AddHalves(std::move(sent));
  refusals_.Add(batch, sent.front(), static_cast<int>(result.error.code), result.error.message);
}

}  // namespace haul
