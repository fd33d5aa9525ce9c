#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include "core/mongo/deployment.h"
#include "core/pipeline/rate_limiter.h"
#include "core/report/log.h"
#include "core/report/progress.h"
#include "dump/options.h"
#include "dump/output.h"
#include "dump/plan.h"
#include "dump/task_queue.h"
#include "formats/collection_output.h"

namespace haul {

/// What the copying of a dump works with; all of it outlives it.
struct CopyContext {
  Deployment& deployment;
  const DumpPlan& plan;
  const DumpOptions& options;
  DumpOutput& output;
  Progress& progress;
  Log& log;
};

/// The part of a dump that moves documents: workers claim partitions and wire each partition's
/// reader to its file. Work() is called by every worker; thread-safe.
class CopyState {
 public:
  explicit CopyState(const CopyContext& context);

  /// Users and roles, then the metadata of all collections and views; before the workers.
  /// mongorestore takes the users and roles of an archive only where nothing else comes before
  /// them.
  void Begin();

  /// One worker: reads partitions until none is left or a stop was requested. Throws the first
  /// error.
  void Work();

  [[nodiscard]] std::size_t finished() const { return finished_.load(); }
  [[nodiscard]] std::size_t collections() const { return targets_.size(); }

 private:
  /// A collection's place in the output, opened by the first worker that comes to it.
  struct Target {
    Target(const PlannedCollection& planned_collection, CollectionProgress& its_progress)
        : planned(planned_collection), progress(its_progress) {}
    const PlannedCollection& planned;
    CollectionProgress& progress;
    std::mutex mutex;
    CollectionOutput* output = nullptr;
  };

  void ReadAdminData();
  void WriteDefinitions();
  [[nodiscard]] std::unique_ptr<FrameEncoder> NewEncoder() const;
  /// The task, and what follows where it was the last one of its collection.
  void Read(const DumpTask& task, const Client& client, FrameEncoder& encoder);
  void ReadPartition(const DumpTask& task, const Client& client, FrameEncoder& encoder);
  CollectionOutput& OutputOf(Target& target);

  void Complete(Target& target, const Client& client);

  const CopyContext context_;
  RateLimiter limiter_;
  TaskQueue tasks_;
  std::deque<Target> targets_;
  std::chrono::milliseconds round_trip_{0};
  std::atomic<std::size_t> finished_{0};
};

}  // namespace haul
