#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include "core/pipeline/batch.h"
#include "core/pipeline/stop.h"

namespace haul {

/// Documents and where each came from.
struct LinedBatch {
  Batch batch;
  std::vector<std::uint64_t> lines;  ///< of each document

  void Append(ByteView document, std::uint64_t line) {
    batch.Append(document);
    lines.push_back(line);
  }
  void Clear() {
    batch.Clear();
    lines.clear();
  }
};

/// Documents on their way to a collection, sorted by key into lanes. Each lane is written by one
/// worker at a time and in the order of the input, so order per key holds; different lanes are
/// written side by side. Workers do what is to be done: write a lane, or read more input. What lies
/// in lanes is bounded in bytes. Thread-safe.
class KeyLanes {
 public:
  enum class Turn : std::uint8_t {
    kWrite,  ///< write what Next() filled in, then call Written()
    kRead,   ///< read one block, then call Put(), or NoMore()
    kDone,   ///< nothing is left, or a stop was requested
  };

  /// `stop` must outlive it and ends waits.
  KeyLanes(std::size_t lanes, const StopFlag& stop);

  [[nodiscard]] std::size_t size() const { return lanes_.size(); }

  /// What the worker is to do; waits until there is something.
  [[nodiscard]] Turn Next(LinedBatch& work, std::size_t& lane);
  void Written(std::size_t lane);
  /// The documents of one block by their lane; blocks count from 0 without a gap and may come out
  /// of order.
  void Put(std::uint64_t number, std::vector<LinedBatch> documents);
  void NoMore();

 private:
  struct Lane {
    std::deque<LinedBatch> waiting;
    bool busy = false;
  };

  [[nodiscard]] Lane* Ready();
  void Take(std::vector<LinedBatch>& documents);

  const StopFlag& stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Lane> lanes_;
  std::map<std::uint64_t, std::vector<LinedBatch>> early_;  // blocks whose turn has not come
  std::uint64_t turn_ = 0;
  std::size_t bytes_ = 0;
  std::size_t reading_ = 0;
  bool ended_ = false;
};

}  // namespace haul
