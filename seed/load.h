#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/pipeline/workers.h"
#include "seed/file_writer.h"

namespace haul {

/// Hands out the documents of one level of a collection to workers. Thread-safe.
class SeedFeed {
 public:
  SeedFeed(const SeedCollection& collection, std::uint32_t level)
      : collection_(collection), level_(level) {}

  struct Chunk {
    std::size_t file = 0;
    std::vector<SeedItem> items;
  };
  /// False when all are handed out.
  [[nodiscard]] bool Next(Chunk& chunk);

 private:
  [[nodiscard]] bool AtDocument();

  const SeedCollection& collection_;
  const std::uint32_t level_;
  std::mutex mutex_;
  std::size_t file_ = 0;
  std::size_t document_ = 0;
  std::uint64_t copy_ = 0;
};

/// Writes the collections of a plan, one after another, each by all workers.
class SeedLoad {
 public:
  /// All must outlive it.
  SeedLoad(const SeedContext& context, Progress& progress, StopFlag& stop);

  /// False: a signal ended it, and `abandoned` says whether a worker still runs.
  [[nodiscard]] bool Run(std::size_t collection);
  [[nodiscard]] bool abandoned() const { return abandoned_; }
  [[nodiscard]] const SeedCounts& CountsOf(std::size_t collection, std::size_t file) const {
    return states_[collection][file]->counts;
  }

 private:
  struct FileState {
    SeedCounts counts;
    KnownKeys keys;
  };

  void Work(std::size_t worker, std::size_t collection, SeedFeed& feed);

  const SeedContext& context_;
  Progress& progress_;
  StopFlag& stop_;
  std::vector<std::vector<std::unique_ptr<FileState>>> states_;
  std::vector<CollectionProgress*> collections_;
  std::vector<std::optional<Client>> clients_;  ///< one a worker
  bool abandoned_ = false;
};

}  // namespace haul
