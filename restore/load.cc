#include "restore/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/bson/validate.h"
#include "core/mongo/index_rewrite.h"
#include "core/report/summary.h"

namespace haul {

Load::Load(const LoadContext& context) : context_(context), limiter_(context.options.max_rate) {
  for (std::size_t i = 0; i < context.plan.collections.size(); ++i) {
    const PlannedCollection& planned = context.plan.collections[i];
    targets_.emplace_back(planned,
                          context.progress.Add(Display(planned.spec.ns), context.feed.Expected(i)));
  }
}

void Load::Work() {
  const Client client = context_.deployment.Acquire();
  const StopFlag& stop = context_.deployment.stop();
  std::optional<CollectionWriter> writer;
  std::optional<std::size_t> writes_to;
  Claim claim;
  while (context_.feed.Next(claim)) {
    if (claim.kind == Claim::Kind::kComplete) {
      Complete(claim.collection);
      continue;
    }
    if (writes_to != claim.collection) {
      writer.emplace(context_.deployment, client, targets_[claim.collection].counts,
                     WriterOptions(claim.collection));
      writes_to = claim.collection;
    }
    if (context_.options.objcheck) CheckDocuments(claim);
    if (!limiter_.Acquire(claim.batch.bytes().size(), stop)) return;
    CollectionProgress& progress = targets_[claim.collection].progress;
    progress.Start();
    writer->Write(claim.batch);
    progress.Add(claim.batch.documents(), claim.advance);
  }
}

CollectionWriter::Options Load::WriterOptions(std::size_t collection) {
  const RestoreOptions& options = context_.options;
  const PlannedCollection& planned = targets_[collection].planned;
  const CollectionSpec& spec = planned.spec;
  const bool buckets = spec.type == CollectionType::kTimeSeries;
  return {.ns = context_.placements.DataNamespace(planned),
          .write_concern = options.write_concern.Clone(),
          .ordered = options.maintain_order || spec.capped(),
          .bypass_validation = options.bypass_validation && !buckets,
          .stop_on_reject = options.stop_on_error,
          .on_reject = [this, collection](const RejectedDocument& rejected) {
            Reject(collection, rejected);
          }};
}

void Load::CheckDocuments(const Claim& claim) const {
  for (std::size_t i = 0; i < claim.batch.documents(); ++i) {
    try {
      ValidateDocument(claim.batch.at(i));
    } catch (const Error& error) {
      const std::string name = context_.feed.Name(claim.collection);
      throw error.WithContext(fmt::format("check {}", EscapeForDisplay(name)));
    }
  }
}

void Load::Complete(std::size_t collection) {
  Target& target = targets_[collection];
  CheckCounts(collection);
  const CollectionSpec& spec = target.planned.spec;
  // An oplog may change which indexes there are, and pass through states that a unique one refuses.
  if (context_.options.with_indexes && !context_.options.oplog_replay) {
    context_.indexes.Build({.ns = context_.placements.At(spec.ns).built,
                            .indexes = RewriteIndexes(spec, context_.options.indexes),
                            .shown = spec.ns});
  }
  target.complete = true;
  ++finished_;
  target.progress.Finish();
  const WriteCounts& counts = target.counts;
  LogCollectionDone(context_.log, {.verb = "restored",
                                   .ns = target.planned.spec.ns.ToString(),
                                   .done = {.documents = counts.inserted + counts.present,
                                            .bytes = target.progress.done().bytes},
                                   .rejected = counts.rejected.load()});
}

void Load::CheckCounts(std::size_t collection) const {
  const Target& target = targets_[collection];
  const RestoreFeed::Count count = context_.feed.Documents(collection);
  const std::uint64_t expected = count.expected.value_or(count.handed_out);
  const std::uint64_t settled = target.counts.Sum();
  if (settled == expected && count.handed_out == expected) return;
  throw Error(ExitCode::kCorrupt,
              fmt::format("restore {}: the dump holds {} documents, but {} were read and {} are "
                          "accounted for",
                          Display(target.planned.spec.ns), expected, count.handed_out, settled));
}

void Load::Reject(std::size_t collection, const RejectedDocument& rejected) {
  Target& target = targets_[collection];
  const std::string file = context_.feed.Name(collection);
  const Namespace& ns = target.planned.spec.ns;
  context_.rejects.Add({.ns = ns,
                        .document = rejected.document,
                        .code = rejected.code,
                        .reason = rejected.reason,
                        .file = file});
  context_.progress.Reject(1);
  const std::string line =
      fmt::format("rejected a document of {}: {}", Display(ns), EscapeForDisplay(rejected.reason));
  target.reject_shown.exchange(true) ? context_.log.Verbose(line) : context_.log.Warn(line);
}

Load::Totals Load::totals() const {
  Totals totals;
  for (const Target& target : targets_) {
    totals.inserted += target.counts.inserted;
    totals.present += target.counts.present;
    totals.rejected += target.counts.rejected;
  }
  return totals;
}

std::vector<Namespace> Load::Unfinished() const {
  std::vector<Namespace> unfinished;
  for (const Target& target : targets_) {
    if (target.counts.Sum() > 0 && !target.complete) unfinished.push_back(target.planned.spec.ns);
  }
  return unfinished;
}

}  // namespace haul
