#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

namespace haul {

/// One partition of one collection, by their places in the plan.
struct DumpTask {
  std::size_t collection = 0;
  std::size_t partition = 0;
};

/// Hands out the partitions of the collections in order, those of at most `most_at_once`
/// collections at a time. Thread-safe.
class TaskQueue {
 public:
  /// `partitions[i]` is how many collection i has; 0 = none to read. `most_at_once` 0 = no limit.
  TaskQueue(const std::vector<std::size_t>& partitions, std::size_t most_at_once);

  /// The next task; nothing when no task is left that may begin now. Where other collections still
  /// wait, the workers at the open ones take them up as they finish (Done).
  [[nodiscard]] std::optional<DumpTask> Claim();

  /// The task was read to its end. True where it was the last one of its collection: the caller
  /// completes that one and then calls Close(), and until then it counts as open.
  [[nodiscard]] bool Done(const DumpTask& task);
  void Close();

 private:
  struct Collection {
    std::size_t partitions = 0;
    std::size_t claimed = 0;
    std::size_t done = 0;
  };

  std::mutex mutex_;
  std::vector<Collection> collections_;
  const std::size_t most_at_once_;
  std::size_t open_ = 0;
  std::size_t first_ = 0;  // all before it are claimed
};

}  // namespace haul
