#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/mongo/collection_writer.h"
#include "core/pipeline/rate_limiter.h"
#include "core/report/log.h"
#include "core/report/progress.h"
#include "formats/reject_file.h"
#include "restore/feed.h"
#include "restore/index_builds.h"
#include "restore/plan.h"

namespace haul {

/// What workers of a restore are given. All of it outlives them.
struct LoadContext {
  Deployment& deployment;
  const RestorePlan& plan;
  const RestoreOptions& options;
  RejectFile& rejects;
  Progress& progress;
  Log& log;
  IndexBuilds& indexes;
};

/// The part of a restore that moves documents and then builds indexes: workers wire each data file
/// to its collection, the largest first, all workers on one collection as far as its order and the
/// limits allow; whoever writes the last documents of a collection builds its indexes while the
/// others go on.
class Load {
 public:
  /// Opens all data files; throws Error as DataFileReader does.
  explicit Load(const LoadContext& context);

  /// Looks through everything that will be restored; worker `index` of `workers`.
  void Verify(std::size_t index, std::size_t workers) const;

  /// One worker: works until nothing is left or a stop was requested. Throws the first error.
  void Work();

  /// Of all collections so far.
  struct Totals {
    std::uint64_t inserted = 0;
    std::uint64_t present = 0;
    std::uint64_t rejected = 0;
  };
  [[nodiscard]] Totals totals() const;
  /// Collections that are complete with their indexes.
  [[nodiscard]] std::size_t finished() const { return finished_.load(); }

 private:
  struct Target {
    Target(const PlannedCollection& collection, CollectionProgress& counters)
        : planned(collection), progress(counters) {}

    const PlannedCollection& planned;
    CollectionProgress& progress;
    std::unique_ptr<CollectionFeed> feed;  ///< null: no data
    std::size_t most_workers = 1;
    WriteCounts counts;
    std::atomic<bool> reject_shown = false;
    // Guarded by Load::mutex_.
    std::size_t workers = 0;
    bool drained = false;
    bool done = false;
  };

  [[nodiscard]] std::size_t MostWorkers(const PlannedCollection& planned,
                                        const CollectionFeed* feed) const;
  /// Nothing: no work is left. Waits where all that is left is taken.
  [[nodiscard]] Target* Join();
  [[nodiscard]] Target* FindWork();
  /// True for the last worker that leaves a drained collection.
  [[nodiscard]] bool Leave(Target& target);
  void Write(Target& target);
  void CheckDocuments(const Target& target, const Batch& batch) const;
  /// All documents of the collection are read, checked and written: its indexes are next.
  void Complete(Target& target);
  void CheckCounts(const Target& target) const;
  void Reject(Target& target, const RejectedDocument& rejected);

  LoadContext context_;
  RateLimiter limiter_;
  std::deque<Target> targets_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<std::size_t> finished_{0};
};

}  // namespace haul
