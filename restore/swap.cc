#include "restore/swap.h"

#include <algorithm>

#include "core/base/error.h"

namespace haul {

void Swaps::Add(const Namespace& beside, const Namespace& target) {
  const std::lock_guard lock(mutex_);
  swaps_.push_back({.beside = beside, .target = target});
}

Swaps::Swap* Swaps::Claim() {
  const std::lock_guard lock(mutex_);
  for (Swap& swap : swaps_) {
    if (swap.claimed) continue;
    swap.claimed = true;
    return &swap;
  }
  return nullptr;
}

void Swaps::Work() {
  while (!deployment_.stop().requested()) {
    Swap* const swap = Claim();
    if (swap == nullptr) return;
    CatalogWriter(deployment_).Replace(swap->beside, swap->target, write_concern_);
    const std::lock_guard lock(mutex_);
    swap->done = true;
  }
}

void Swaps::Remove() {
  CatalogWriter catalog(deployment_);
  for (const Namespace& beside : Standing()) {
    try {
      catalog.Drop(beside, write_concern_);
    } catch (const Error&) {
      // The run has failed already, with a cause that tells more; this one is named.
      return;
    }
    const std::lock_guard lock(mutex_);
    for (Swap& swap : swaps_) swap.gone = swap.gone || swap.beside == beside;
  }
}

std::vector<Namespace> Swaps::Standing() const {
  std::vector<Namespace> names;
  const std::lock_guard lock(mutex_);
  for (const Swap& swap : swaps_) {
    if (!swap.done && !swap.gone) names.push_back(swap.beside);
  }
  return names;
}

bool Swaps::IsRemoved(const Namespace& beside) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(swaps_.begin(), swaps_.end(),
                     [&](const Swap& swap) { return swap.gone && swap.beside == beside; });
}

std::size_t Swaps::done() const {
  const std::lock_guard lock(mutex_);
  std::size_t done = 0;
  for (const Swap& swap : swaps_) done += swap.done ? 1 : 0;
  return done;
}

}  // namespace haul
