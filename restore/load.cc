#include "restore/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/bson/validate.h"
#include "core/mongo/index_rewrite.h"
#include "core/report/summary.h"

namespace haul {

Load::Load(const LoadContext& context) : context_(context), limiter_(context.options.max_rate) {
  for (const PlannedCollection& planned : context.plan.collections) {
    std::unique_ptr<CollectionFeed> feed;
    Amount expected;
    if (planned.data) {
      feed = std::make_unique<CollectionFeed>(*planned.data);
      expected = {.documents = feed->documents().value_or(0), .bytes = feed->size()};
    }
    Target& target =
        targets_.emplace_back(planned, context.progress.Add(Display(planned.spec.ns), expected));
    target.most_workers = MostWorkers(planned, feed.get());
    target.drained = feed == nullptr;
    target.feed = std::move(feed);
  }
}

std::size_t Load::MostWorkers(const PlannedCollection& planned, const CollectionFeed* feed) const {
  const RestoreOptions& options = context_.options;
  if (feed == nullptr || options.maintain_order || planned.spec.capped()) return 1;
  const std::size_t limit =
      options.workers_per_collection == 0 ? options.jobs : options.workers_per_collection;
  return std::min(limit, feed->useful_workers());
}

void Load::Verify(std::size_t index, std::size_t workers) const {
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    // Files without an index are looked through by one worker each, so their turns are spread.
    const std::size_t part = (index + i) % workers;
    const CollectionFeed* feed = targets_[i].feed.get();
    if (feed != nullptr) feed->Verify(part, workers, context_.deployment.stop());
  }
}

void Load::Work() {
  while (Target* target = Join()) {
    if (target->feed != nullptr) Write(*target);
    if (Leave(*target)) Complete(*target);
  }
}

Load::Target* Load::FindWork() {
  const std::size_t at_once = context_.options.parallel_collections;
  const auto at_work = static_cast<std::size_t>(std::count_if(
      targets_.begin(), targets_.end(), [](const Target& t) { return t.workers > 0; }));
  for (Target& target : targets_) {
    if (target.done || target.workers >= target.most_workers) continue;
    if (target.drained && target.feed != nullptr) continue;
    if (target.workers == 0 && at_once != 0 && at_work >= at_once) continue;
    return &target;
  }
  return nullptr;
}

Load::Target* Load::Join() {
  // A signal cannot wake anybody, so the waiting look at the stop flag.
  constexpr std::chrono::milliseconds kLook{50};
  std::unique_lock lock(mutex_);
  while (!context_.deployment.stop().requested()) {
    if (Target* target = FindWork()) {
      ++target->workers;
      return target;
    }
    const bool all_taken = std::all_of(targets_.begin(), targets_.end(), [](const Target& target) {
      return target.drained || target.done;
    });
    if (all_taken) return nullptr;
    changed_.wait_for(lock, kLook);
  }
  return nullptr;
}

bool Load::Leave(Target& target) {
  const std::lock_guard lock(mutex_);
  --target.workers;
  changed_.notify_all();
  if (context_.deployment.stop().requested()) return false;
  target.drained = true;
  if (target.workers != 0 || target.done) return false;
  target.done = true;
  return true;
}

void Load::Write(Target& target) {
  const RestoreOptions& options = context_.options;
  const bool ordered = options.maintain_order || target.planned.spec.capped();
  const bool buckets = target.planned.spec.type == CollectionType::kTimeSeries;
  CollectionWriter writer(
      context_.deployment, target.counts,
      {.ns = target.planned.spec.DataNamespace(),
       .write_concern = options.write_concern.Clone(),
       .ordered = ordered,
       .bypass_validation = options.bypass_validation && !buckets,
       .stop_on_reject = options.stop_on_error,
       .on_reject = [&](const RejectedDocument& rejected) { Reject(target, rejected); }});
  target.progress.Start();
  Batch batch;
  ClaimScratch scratch;
  while (!context_.deployment.stop().requested() && target.feed->Next(batch, scratch)) {
    if (options.objcheck) CheckDocuments(target, batch);
    if (!limiter_.Acquire(batch.bytes().size(), context_.deployment.stop())) return;
    writer.Write(batch);
    target.progress.Add(batch.documents(), target.feed->Advance(batch));
  }
  writer.Finish();
}

void Load::CheckDocuments(const Target& target, const Batch& batch) const {
  for (std::size_t i = 0; i < batch.documents(); ++i) {
    try {
      ValidateDocument(batch.at(i));
    } catch (const Error& error) {
      throw error.WithContext(fmt::format("check {}", EscapeForDisplay(target.feed->file().name)));
    }
  }
}

void Load::Complete(Target& target) {
  if (target.feed != nullptr) CheckCounts(target);
  const CollectionSpec& spec = target.planned.spec;
  if (context_.options.with_indexes) {
    context_.indexes.Build(
        {.ns = spec.ns, .indexes = RewriteIndexes(spec, context_.options.indexes), .shown = {}});
  }
  ++finished_;
  target.progress.Finish();
  const WriteCounts& counts = target.counts;
  LogCollectionDone(context_.log, {.verb = "restored",
                                   .ns = target.planned.spec.ns.ToString(),
                                   .done = {.documents = counts.inserted + counts.present,
                                            .bytes = target.progress.done().bytes},
                                   .rejected = counts.rejected.load()});
}

void Load::CheckCounts(const Target& target) const {
  const std::uint64_t expected = target.feed->documents().value_or(target.feed->handed_out());
  const std::uint64_t settled = target.counts.Sum();
  if (settled == expected && target.feed->handed_out() == expected) return;
  throw Error(
      ExitCode::kCorrupt,
      fmt::format("restore {}: the dump holds {} documents, but {} were read and {} are "
                  "accounted for",
                  Display(target.planned.spec.ns), expected, target.feed->handed_out(), settled));
}

void Load::Reject(Target& target, const RejectedDocument& rejected) {
  const Namespace& ns = target.planned.spec.ns;
  context_.rejects.Add({.ns = ns,
                        .document = rejected.document,
                        .code = rejected.code,
                        .reason = rejected.reason,
                        .file = target.feed->file().name});
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

}  // namespace haul
