#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/mongo/collection_writer.h"
#include "core/pipeline/rate_limiter.h"
#include "core/report/log.h"
#include "core/report/progress.h"
#include "formats/reject_file.h"
#include "restore/index_builds.h"
#include "restore/input.h"
#include "restore/placement.h"
#include "restore/plan.h"

namespace haul {

/// What workers of a restore are given. All of it outlives them.
struct LoadContext {
  Deployment& deployment;
  const RestorePlan& plan;
  const RestoreOptions& options;
  RestoreFeed& feed;
  RejectFile& rejects;
  Progress& progress;
  Log& log;
  IndexBuilds& indexes;
  const Placements& placements;  ///< empty until the target has been looked at
};

/// The part of a restore that moves documents and then builds indexes: workers wire what the feed
/// hands out to its collections; whoever learns that a collection is complete builds its indexes
/// while the others go on.
class Load {
 public:
  explicit Load(const LoadContext& context);

  /// One worker: works until nothing is left or a stop was requested. Throws the first error.
  void Work();

  /// Of all collections so far.
  struct Totals {
    std::uint64_t inserted = 0;
    std::uint64_t present = 0;
    std::uint64_t rejected = 0;
  };
  [[nodiscard]] Totals totals() const;
  /// Targets that got documents and are not complete.
  [[nodiscard]] std::vector<Namespace> Unfinished() const;
  /// Collections that are complete with their indexes.
  [[nodiscard]] std::size_t finished() const { return finished_.load(); }

 private:
  struct Target {
    Target(const PlannedCollection& collection, CollectionProgress& counters)
        : planned(collection), progress(counters) {}

    const PlannedCollection& planned;
    CollectionProgress& progress;
    WriteCounts counts;
    std::atomic<bool> reject_shown = false;
    std::atomic<bool> complete = false;
  };

  [[nodiscard]] CollectionWriter::Options WriterOptions(std::size_t collection);
  void CheckDocuments(const Claim& claim) const;
  /// All documents of the collection are in, and the dump's were checked to the last: its indexes
  /// are next.
  void Complete(std::size_t collection);
  void CheckCounts(std::size_t collection) const;
  void Reject(std::size_t collection, const RejectedDocument& rejected);

  LoadContext context_;
  RateLimiter limiter_;
  std::deque<Target> targets_;
  std::atomic<std::size_t> finished_{0};
};

}  // namespace haul
