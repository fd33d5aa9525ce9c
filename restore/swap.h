#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "core/mongo/catalog_writer.h"
#include "restore/placement.h"

namespace haul {

/// The collections that are filled beside those that they will replace: from their making until
/// they have their final names or are gone. Thread-safe.
class Swaps {
 public:
  /// Both must outlive it.
  Swaps(Deployment& deployment, const Document& write_concern)
      : deployment_(deployment), write_concern_(write_concern) {}

  /// Before the collection is created: from then on it is ours to remove.
  void Add(const Namespace& beside, const Namespace& target);

  /// One worker: renames until nothing is left, each taking the place of its target in one step.
  /// A stop between two renames leaves the rest as they are.
  void Work();

  /// Drops what was added and is not renamed, after the workers have ended. What cannot be dropped
  /// stays in Standing().
  void Remove();

  /// Collections beside their targets that are there or may be there.
  [[nodiscard]] std::vector<Namespace> Standing() const;
  /// True for a collection beside its target that is dropped.
  [[nodiscard]] bool IsRemoved(const Namespace& beside) const;
  /// Collections that took the place of another one.
  [[nodiscard]] std::size_t done() const;

 private:
  struct Swap {
    Namespace beside;
    Namespace target;
    bool claimed = false;
    bool done = false;
    bool gone = false;
  };

  [[nodiscard]] Swap* Claim();

  Deployment& deployment_;
  const Document& write_concern_;
  mutable std::mutex mutex_;
  std::deque<Swap> swaps_;
};

}  // namespace haul
