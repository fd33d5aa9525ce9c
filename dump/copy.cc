#include "dump/copy.h"

#include <fmt/format.h>

#include <vector>

#include "core/mongo/catalog.h"
#include "core/mongo/collection_reader.h"
#include "core/pipeline/batch.h"
#include "core/report/summary.h"

namespace haul {
namespace {

std::vector<std::size_t> PartitionCounts(const DumpPlan& plan) {
  std::vector<std::size_t> counts;
  for (const PlannedCollection& planned : plan.collections) {
    counts.push_back(planned.partitions.size());
  }
  return counts;
}

}  // namespace

CopyState::CopyState(const CopyContext& context)
    : context_(context),
      limiter_(context.options.max_rate),
      tasks_(PartitionCounts(context.plan), context.options.parallel_collections) {
  for (const PlannedCollection& planned : context.plan.collections) {
    const bool whole = !planned.filter.has_value();
    targets_.emplace_back(
        planned, context.progress.Add(
                     planned.spec.ns.ToString(),
                     whole ? Amount{planned.size.documents, planned.size.bytes} : Amount{}));
  }
  round_trip_ = context.deployment.RoundTrip(context.deployment.Acquire());
}

void CopyState::Begin() {
  ReadAdminData();
  WriteDefinitions();
}

// The plan has it first, and the queue hands out tasks in the plan's order.
void CopyState::ReadAdminData() {
  const Client client = context_.deployment.Acquire();
  const auto encoder = NewEncoder();
  for (const Target& target : targets_) {
    if (!target.planned.IsAdminData() || context_.deployment.stop().requested()) return;
    for (std::size_t i = 0; i < target.planned.partitions.size(); ++i) {
      const std::optional<DumpTask> task = tasks_.Claim();
      if (task) Read(*task, client, *encoder);
    }
  }
}

void CopyState::WriteDefinitions() {
  for (Target& target : targets_) {
    context_.output.WriteDefinition(target.planned);
    if (!target.planned.data_path.empty()) continue;
    target.progress.Finish();
    ++finished_;
  }
}

void CopyState::Work() {
  const Client client = context_.deployment.Acquire();
  const auto encoder = NewEncoder();
  while (!context_.deployment.stop().requested()) {
    const std::optional<DumpTask> task = tasks_.Claim();
    if (!task) return;
    Read(*task, client, *encoder);
  }
}

std::unique_ptr<FrameEncoder> CopyState::NewEncoder() const {
  const CodecChoice& codec = context_.options.destination.codec;
  return GetCodec(codec.id).new_encoder(codec.level);
}

void CopyState::Read(const DumpTask& task, const Client& client, FrameEncoder& encoder) {
  ReadPartition(task, client, encoder);
  if (context_.deployment.stop().requested() || !tasks_.Done(task)) return;
  Complete(targets_[task.collection], client);
  tasks_.Close();
}

void CopyState::Complete(Target& target, const Client& client) {
  const PlannedCollection& planned = target.planned;
  // A cursor by name does not notice that the name stands for another collection, or for none.
  if (!planned.data_uuid.empty() &&
      CollectionUuid(context_.deployment, client, planned.data_ns) != planned.data_uuid) {
    throw Error(ExitCode::kSourceChanged,
                fmt::format("read {}: it was dropped, renamed or made again while it was read",
                            Display(planned.data_ns)),
                "run again, or leave it out with --nsExclude");
  }
  target.output->Finish();
  target.progress.Finish();
  ++finished_;
  LogCollectionDone(
      context_.log,
      {.verb = "dumped", .ns = planned.spec.ns.ToString(), .done = target.progress.done()});
}

void CopyState::ReadPartition(const DumpTask& task, const Client& client, FrameEncoder& encoder) {
  Target& target = targets_[task.collection];
  const PlannedCollection& planned = target.planned;
  const Partition& partition = planned.partitions[task.partition];
  CollectionReader source(context_.deployment, client,
                          {.ns = planned.data_ns,
                           .partition = &partition,
                           .filter = planned.filter ? &*planned.filter : nullptr,
                           .reply_documents = planned.ReplyDocuments(round_trip_),
                           .resume_tokens = planned.resume_tokens,
                           .at = planned.at});
  const auto sink = OutputOf(target).NewSink(
      encoder, {.id_ordered = partition.order == Partition::Order::kIds, .range = task.partition});
  target.progress.Start();
  Batch batch;
  while (!context_.deployment.stop().requested() && source.Next(batch)) {
    sink->Write(batch);
    target.progress.Add(batch.documents(), batch.bytes().size());
    if (!limiter_.Acquire(batch.bytes().size(), context_.deployment.stop())) return;
  }
  if (!context_.deployment.stop().requested()) sink->Finish();
}

CollectionOutput& CopyState::OutputOf(Target& target) {
  const std::lock_guard lock(target.mutex);
  if (target.output == nullptr) target.output = &context_.output.Open(target.planned);
  return *target.output;
}

}  // namespace haul
