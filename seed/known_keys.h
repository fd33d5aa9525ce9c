#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace haul {

/// The keys that a file has had so far, by their hashes: 16 bytes a document at most. Thread-safe.
class KnownKeys {
 public:
  /// False where it was there before.
  [[nodiscard]] bool Add(std::uint64_t hash);

 private:
  void Grow();

  std::mutex mutex_;
  std::vector<std::uint64_t> slots_;  // open addressing; 0 = free
  std::size_t used_ = 0;
};

}  // namespace haul
