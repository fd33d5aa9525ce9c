#include "tools/import/collection_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/mongo/catalog.h"
#include "core/mongo/catalog_writer.h"
#include "core/mongo/find_documents.h"
#include "core/mongo/index_rewrite.h"

namespace haul {
namespace {

// More than workers, so that a lane with a frequent key holds up nobody.
constexpr std::size_t kLanesPerWorker = 4;

// A key that is taken from the documents after they were shaped has to be there to be counted on.
bool AddsIds(const ImportOptions& options) { return !options.mode.keyed; }

}  // namespace

struct CollectionImport::Hand {
  std::unique_ptr<RecordParser> parser;
  Shaper shaper;
  TextBlock scratch = {};
  ParsedBlock parsed = {};
  LinedBatch shaped = {};
  const std::vector<std::uint64_t>* lines = nullptr;  ///< of the batch that is written
  std::optional<CollectionWriter> inserter = {};
  std::optional<KeyedWriter> writer = {};
  std::vector<Element> values = {};
};

void ImportTotals::Add(const ImportTotals& other) {
  read += other.read;
  inserted += other.inserted;
  present += other.present;
  updated += other.updated;
  deleted += other.deleted;
  skipped += other.skipped;
  filtered += other.filtered;
  rejected += other.rejected;
}

CollectionImport::CollectionImport(const ImportContext& context, const ImportTask& task)
    : context_(context),
      task_(task),
      options_(context.options),
      shaping_(context.shapings.For(task.source, AddsIds(context.options))),
      rejects_(context.rejects, context.invocation.log, context.progress,
               {.ns = task.target, .input = task.name, .redaction = shaping_.redaction}),
      progress_(context.progress.Add(Display(task.target), {.documents = 0, .bytes = task.bytes})),
      input_(context.options, task, context.shapings.is_slow()),
      feed_(input_.blocks(), input_.ends_at_fault(), context.invocation.stop) {
  if (!options_.mode.keyed) return;
  key_.emplace(options_.mode.key, "key");
}

CollectionImport::~CollectionImport() = default;

void CollectionImport::Open() {
  const auto parser = input_.NewParser();
  const bool holds_a_block = feed_.Peek(*parser);
  if (!options_.drop) return;
  const auto refuse = [&](const std::string& cause) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("import {}: {}; {} was not dropped, nothing was touched", task_.name,
                            cause, Display(task_.target)),
                "see that the file is what --type says");
  };
  if (!holds_a_block) {
    if (feed_.fault()) refuse(feed_.fault()->message());
    return;
  }
  const ParsedBlock& first = feed_.peeked();
  if (first.fault) refuse(first.fault->message());
  if (first.batch.empty() && !first.bad.empty()) {
    refuse(fmt::format("none of its first {} records is a document (line {}: {})", first.bad.size(),
                       first.bad.front().line, EscapeForDisplay(first.bad.front().reason)));
  }
}

std::size_t CollectionImport::LanesFor() const {
  if (options_.jobs == 1 || context_.deployment == nullptr) return 1;
  const Client client = context_.deployment->Acquire();
  const auto spec = FindCollection(*context_.deployment, client, task_.target);
  // Keys that a collation takes for equal have different hashes.
  if (spec && FindElement(spec->options.bytes(), "collation")) return 1;
  return options_.jobs * kLanesPerWorker;
}

void CollectionImport::Prepare() {
  if (context_.deployment != nullptr) {
    CatalogWriter catalog(*context_.deployment);
    if (options_.drop) {
      context_.invocation.log.Info(fmt::format("dropping {}", Display(task_.target)));
      catalog.Drop(task_.target, options_.write_concern);
    }
    if (task_.spec) {
      CreateOptions create;
      create.write_concern = options_.write_concern.Clone();
      if (!catalog.Create(*task_.spec, create)) {
        context_.invocation.log.Verbose(
            fmt::format("{} exists, and keeps its options", Display(task_.target)));
      }
    }
  }
  if (key_) {
    WarnOfMissingIndex();
    lanes_.emplace(LanesFor(), context_.invocation.stop);
  }
}

void CollectionImport::WarnOfMissingIndex() const {
  constexpr std::uint64_t kSmallInput = 256 * kKiB;
  const bool small = task_.bytes > 0 && task_.bytes < kSmallInput;
  if (context_.deployment == nullptr || small) return;
  const Client client = context_.deployment->Acquire();
  const auto begins_with_the_key = [&](const Document& index) {
    const auto pattern = FindDocument(index.bytes(), "key");
    const auto first = pattern ? ElementWalk(*pattern).Next() : std::nullopt;
    return first && std::ranges::find(key_->paths(), first->key) != key_->paths().end();
  };
  const auto indexes = ListIndexes(*context_.deployment, client, task_.target);
  const bool by_id = std::ranges::find(key_->paths(), "_id") != key_->paths().end();
  if (by_id || (indexes && std::ranges::any_of(*indexes, begins_with_the_key))) return;
  context_.invocation.log.Warn(
      fmt::format("no index of {} begins with a field of the key: the server reads the whole "
                  "collection for every record",
                  Display(task_.target)));
}

RejectReport CollectionImport::ReportFor(Hand& hand) {
  return [this, &hand](const RejectedDocument& rejected) {
    rejects_.AddDocument(rejected.document, rejected.code, rejected.reason,
                         (*hand.lines)[rejected.index]);
  };
}

void CollectionImport::Work() {
  std::optional<Client> client;
  if (context_.deployment != nullptr) client.emplace(context_.deployment->Acquire());
  Shaper::Knowledge known;
  if (client && LooksFirst()) {
    known = [&](const Batch& documents) { return Known(*client, documents); };
  }
  Hand hand{.parser = input_.NewParser(),
            .shaper = Shaper(shaping_, rejects_, options_.stop_on_error, std::move(known))};
  if (client) {
    hand.inserter.emplace(*context_.deployment, *client, inserts_,
                          CollectionWriter::Options{.ns = task_.target,
                                                    .write_concern = options_.write_concern.Clone(),
                                                    .ordered = options_.maintain_order,
                                                    .bypass_validation = options_.bypass_validation,
                                                    .stop_on_reject = options_.stop_on_error,
                                                    .on_reject = ReportFor(hand)});
  }
  if (context_.deployment != nullptr && key_) {
    hand.writer.emplace(*context_.deployment, *client, *key_, keyed_,
                        KeyedWriter::Options{.ns = task_.target,
                                             .mode = *options_.mode.keyed,
                                             .write_concern = options_.write_concern.Clone(),
                                             .ordered = options_.maintain_order,
                                             .bypass_validation = options_.bypass_validation,
                                             .stop_on_reject = options_.stop_on_error,
                                             .on_reject = ReportFor(hand),
                                             .on_outcome = {}});
  }
  progress_.Start();
  lanes_ ? WriteLanes(hand) : InsertAll(hand);
}

void CollectionImport::InsertAll(Hand& hand) {
  std::uint64_t number = 0;
  while (ReadBlock(hand, number)) {
    Insert(hand, hand.shaped);
    Advance(hand.shaped.batch.documents());
  }
}

void CollectionImport::WriteLanes(Hand& hand) {
  LinedBatch work;
  std::size_t lane = 0;
  for (;;) {
    switch (lanes_->Next(work, lane)) {
      case KeyLanes::Turn::kDone:
        return;
      case KeyLanes::Turn::kWrite:
        hand.lines = &work.lines;
        if (hand.writer) hand.writer->Write(work.batch);
        hand.lines = nullptr;
        lanes_->Written(lane);
        Advance(work.batch.documents());
        break;
      case KeyLanes::Turn::kRead: {
        std::uint64_t number = 0;
        if (ReadBlock(hand, number)) {
          lanes_->Put(number, SortByKey(hand));
        } else {
          lanes_->NoMore();
        }
        break;
      }
    }
  }
}

// Hashing must not change the key.
bool CollectionImport::LooksFirst() const {
  if (options_.mode.keyed != KeyedMode::kInsertIfAbsent || shaping_.redaction.empty()) return false;
  return std::ranges::none_of(options_.mode.key, [&](const std::string& key) {
    const FieldPath path(key, "key");
    return (options_.shape.new_ids && key == "_id") ||
           std::ranges::any_of(options_.shape.hashes, [&](const std::string& hash) {
             return path.Overlaps(FieldPath(hash.substr(0, hash.find('=')), "--hash"));
           });
  });
}

std::vector<bool> CollectionImport::Known(const Client& client, const Batch& documents) const {
  std::vector<bool> known(documents.documents(), false);
  std::vector<std::size_t> asked;
  std::vector<Element> values;
  Batch with_key;
  for (std::size_t i = 0; i < documents.documents(); ++i) {
    if (key_->Find(documents.at(i), values).values < values.size()) continue;
    with_key.Append(documents.at(i));
    asked.push_back(i);
  }
  if (asked.empty()) return known;
  const auto stored = KeyedReader(*context_.deployment, client, *key_, task_.target).Find(with_key);
  for (std::size_t i = 0; i < asked.size(); ++i) known[asked[i]] = stored[i].has_value();
  return known;
}

bool CollectionImport::ReadBlock(Hand& hand, std::uint64_t& number) {
  if (!feed_.Next(*hand.parser, hand.scratch, hand.parsed, number)) return false;
  CutAtBad(hand.parsed);
  const std::uint64_t records = hand.parsed.batch.documents() + hand.parsed.bad.size();
  RejectBad(hand.parsed);
  const Shaper::Counts counts = hand.shaper.Shape(hand.parsed, hand.shaped);
  read_ += records - counts.left;
  filtered_ += counts.filtered;
  unusable_ += counts.rejected;
  known_ += counts.known;
  if (counts.rejected > 0 && options_.stop_on_error) {
    feed_.Break({ExitCode::kRejected,
                 fmt::format("import {}: stopped at the first rejected document", task_.name)});
  }
  return true;
}

void CollectionImport::CutAtBad(ParsedBlock& parsed) {
  if (!options_.stop_on_error || parsed.bad.empty()) return;
  parsed.bad.resize(1);
  const BadRecord& bad = parsed.bad.front();
  const auto behind = std::lower_bound(parsed.lines.begin(), parsed.lines.end(), bad.line);
  const auto good = static_cast<std::size_t>(behind - parsed.lines.begin());
  parsed.batch.Truncate(good);
  parsed.lines.resize(good);
  feed_.Break(
      {ExitCode::kRejected, fmt::format("import {}: stopped at the first bad record, line {}: {}",
                                        task_.name, bad.line, EscapeForDisplay(bad.reason))});
}

void CollectionImport::RejectBad(const ParsedBlock& parsed) {
  unusable_ += parsed.bad.size();
  for (const BadRecord& record : parsed.bad) rejects_.AddRecord(record);
}

std::vector<LinedBatch> CollectionImport::SortByKey(Hand& hand) {
  std::vector<LinedBatch> by_lane(lanes_->size());
  LinedBatch keyless;
  for (std::size_t i = 0; i < hand.shaped.batch.documents(); ++i) {
    const ByteView document = hand.shaped.batch.at(i);
    const std::uint64_t line = hand.shaped.lines[i];
    const KeyFields::Found found = key_->Find(document, hand.values);
    if (found.values == 0 && options_.mode.inserts_keyless) {
      keyless.Append(document, line);
    } else {
      by_lane[HashKey(hand.values) % by_lane.size()].Append(document, line);
    }
  }
  Insert(hand, keyless);
  return by_lane;
}

void CollectionImport::Insert(Hand& hand, const LinedBatch& documents) {
  hand.lines = &documents.lines;
  if (hand.inserter && !documents.batch.empty()) hand.inserter->Write(documents.batch);
  hand.lines = nullptr;
}

void CollectionImport::Advance(std::uint64_t documents) {
  const std::uint64_t now = input_.stored_bytes_read();
  const std::uint64_t before = advanced_.exchange(now);
  progress_.Add(documents, now > before ? now - before : 0);
}

std::size_t CollectionImport::Finish() {
  if (feed_.fault()) throw Error(*feed_.fault());
  input_.CheckHash();
  const ImportTotals all = totals();
  if (task_.records && *task_.records != all.read) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("import {}: the manifest says {} documents, but {} were read",
                            task_.name, *task_.records, all.read));
  }
  if (context_.deployment != nullptr && all.read != all.Sum()) {
    throw Error(ExitCode::kInternal,
                fmt::format("import {}: {} records were read, but {} are accounted for", task_.name,
                            all.read, all.Sum()));
  }
  const std::size_t failed = BuildIndexes();
  progress_.Finish();
  context_.invocation.log.Verbose(fmt::format("imported {}: {} of {} records",
                                              Display(task_.target), FormatCount(all.Done()),
                                              FormatCount(all.read)));
  return failed;
}

std::size_t CollectionImport::BuildIndexes() {
  if (!task_.spec || context_.deployment == nullptr) return 0;
  const auto activity =
      context_.progress.BeginActivity("building indexes of " + Display(task_.target));
  CatalogWriter catalog(*context_.deployment);
  const CatalogWriter::IndexOutcome outcome = catalog.BuildIndexes(
      task_.target, RewriteIndexes(*task_.spec, IndexRewrite()), options_.write_concern);
  context_.progress.EndActivity(activity);
  for (const std::string& warning : outcome.warnings) context_.invocation.log.Warn(warning);
  for (const auto& failure : outcome.failed) {
    context_.invocation.log.Warn(fmt::format("the index {} of {} was not built: {}", failure.name,
                                             Display(task_.target), failure.reason));
  }
  return outcome.failed.size();
}

ImportTotals CollectionImport::totals() const {
  ImportTotals totals;
  const bool skips = options_.mode.keyed == KeyedMode::kInsertIfAbsent;
  totals.read = read_;
  totals.inserted = inserts_.inserted + keyed_.inserted;
  totals.present = inserts_.present + (skips ? 0 : keyed_.present.load());
  totals.updated = keyed_.updated;
  totals.deleted = keyed_.deleted;
  totals.skipped = known_ + keyed_.absent + (skips ? keyed_.present.load() : 0);
  totals.filtered = filtered_;
  totals.rejected = unusable_ + inserts_.rejected + keyed_.rejected;
  return totals;
}

}  // namespace haul
