#include "dump/copy.h"

#include <memory>
#include <vector>

#include "core/mongo/collection_reader.h"
#include "core/pipeline/batch.h"

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

CopyState::CopyState(Deployment& deployment, const DumpPlan& plan, const DumpOptions& options,
                     DumpWriter& writer, Progress& progress)
    : deployment_(deployment),
      options_(options),
      writer_(writer),
      limiter_(options.max_rate),
      tasks_(PartitionCounts(plan), options.parallel_collections) {
  for (const PlannedCollection& planned : plan.collections) {
    const bool whole = !planned.filter.has_value();
    targets_.emplace_back(
        planned,
        progress.Add(planned.spec.ns.ToString(),
                     whole ? Amount{planned.size.documents, planned.size.bytes} : Amount{}));
  }
  round_trip_ = deployment.RoundTrip(deployment.Acquire());
}

void CopyState::WriteDefinitions() {
  for (Target& target : targets_) {
    if (!target.planned.metadata_path.empty()) writer_.WriteMetadata(target.planned.spec);
    if (!target.planned.data_path.empty()) continue;
    target.progress.Finish();
    ++finished_;
  }
}

void CopyState::Work() {
  const Client client = deployment_.Acquire();
  const auto encoder = GetCodec(options_.codec.id).new_encoder(options_.codec.level);
  while (!deployment_.stop().requested()) {
    const std::optional<DumpTask> task = tasks_.Claim();
    if (!task) return;
    ReadPartition(*task, client, *encoder);
    if (deployment_.stop().requested() || !tasks_.Done(*task)) continue;
    Target& target = targets_[task->collection];
    target.file->Finish();
    target.progress.Finish();
    ++finished_;
  }
}

void CopyState::ReadPartition(const DumpTask& task, const Client& client, FrameEncoder& encoder) {
  Target& target = targets_[task.collection];
  const PlannedCollection& planned = target.planned;
  const Partition& partition = planned.partitions[task.partition];
  CollectionReader source(deployment_, client,
                          {.ns = planned.data_ns,
                           .partition = &partition,
                           .filter = planned.filter ? &*planned.filter : nullptr,
                           .reply_documents = planned.ReplyDocuments(round_trip_),
                           .resume_tokens = planned.resume_tokens});
  const auto sink = FileOf(target).NewSink(
      encoder, {.id_ordered = partition.order == Partition::Order::kIds, .range = task.partition});
  target.progress.Start();
  Batch batch;
  while (!deployment_.stop().requested() && source.Next(batch)) {
    sink->Write(batch);
    target.progress.Add(batch.documents(), batch.bytes().size());
    if (!limiter_.Acquire(batch.bytes().size(), deployment_.stop())) return;
  }
  if (!deployment_.stop().requested()) sink->Finish();
}

DataFileWriter& CopyState::FileOf(Target& target) {
  const std::lock_guard lock(target.mutex);
  if (target.file == nullptr) {
    target.file = &writer_.OpenDataFile(target.planned.data_path, target.planned.data_ns);
  }
  return *target.file;
}

}  // namespace haul
