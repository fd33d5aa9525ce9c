#include "seed/known_keys.h"

#include <utility>

namespace haul {
namespace {

constexpr std::size_t kFirstSlots = 1024;

// False where it stands there already.
bool Put(std::vector<std::uint64_t>& slots, std::uint64_t hash) {
  const std::size_t mask = slots.size() - 1;
  for (std::size_t at = (hash ^ (hash >> 29)) & mask;; at = (at + 1) & mask) {
    if (slots[at] == hash) return false;
    if (slots[at] != 0) continue;
    slots[at] = hash;
    return true;
  }
}

}  // namespace

bool KnownKeys::Add(std::uint64_t hash) {
  if (hash == 0) hash = 1;
  const std::lock_guard lock(mutex_);
  if (2 * (used_ + 1) > slots_.size()) Grow();
  if (!Put(slots_, hash)) return false;
  ++used_;
  return true;
}

void KnownKeys::Grow() {
  const std::vector<std::uint64_t> old = std::exchange(
      slots_, std::vector<std::uint64_t>(slots_.empty() ? kFirstSlots : 2 * slots_.size()));
  for (const std::uint64_t hash : old) {
    if (hash != 0) Put(slots_, hash);
  }
}

}  // namespace haul
