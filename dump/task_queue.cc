#include "dump/task_queue.h"

namespace haul {

TaskQueue::TaskQueue(const std::vector<std::size_t>& partitions, std::size_t most_at_once)
    : most_at_once_(most_at_once) {
  collections_.reserve(partitions.size());
  for (const std::size_t count : partitions) collections_.push_back({.partitions = count});
}

std::optional<DumpTask> TaskQueue::Claim() {
  const std::lock_guard lock(mutex_);
  while (first_ < collections_.size() &&
         collections_[first_].claimed == collections_[first_].partitions) {
    ++first_;
  }
  for (std::size_t i = first_; i < collections_.size(); ++i) {
    Collection& collection = collections_[i];
    if (collection.claimed == collection.partitions) continue;
    const bool begins = collection.claimed == 0;
    if (begins && most_at_once_ != 0 && open_ >= most_at_once_) return std::nullopt;
    if (begins) ++open_;
    return DumpTask{i, collection.claimed++};
  }
  return std::nullopt;
}

bool TaskQueue::Done(const DumpTask& task) {
  const std::lock_guard lock(mutex_);
  Collection& collection = collections_[task.collection];
  return ++collection.done == collection.partitions;
}

void TaskQueue::Close() {
  const std::lock_guard lock(mutex_);
  --open_;
}

}  // namespace haul
