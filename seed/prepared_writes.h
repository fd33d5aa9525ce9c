#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "core/mongo/keyed_command.h"
#include "core/pipeline/batch.h"

namespace haul {

/// What a transaction will write, hashed and signed: in memory, because a transaction may not last
/// long. Thread-safe until it is read.
class PreparedWrites {
 public:
  /// In the order in which they are written.
  struct Key {
    std::size_t collection = 0;
    std::size_t file = 0;
    KeyedMode mode = KeyedMode::kInsertIfAbsent;
    auto operator<=>(const Key&) const = default;
  };

  void Add(const Key& key, ByteView document) {
    const std::lock_guard lock(mutex_);
    batches_[key].Append(document);
  }
  [[nodiscard]] const std::map<Key, Batch>& all() const { return batches_; }

 private:
  std::mutex mutex_;
  std::map<Key, Batch> batches_;
};

}  // namespace haul
