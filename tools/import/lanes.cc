#include "tools/import/lanes.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace haul {
namespace {

// A lane is worth a command from here on; below it waits for more, until the input ends.
constexpr std::size_t kCommandBytes = std::size_t{512} * 1024;
constexpr std::size_t kCommandDocuments = 1000;
// In all lanes together; who reads adds one block each.
constexpr std::size_t kMaxBytes = std::size_t{16} * 1024 * 1024;

bool IsFull(const Batch& batch) {
  return batch.bytes().size() >= kCommandBytes || batch.documents() >= kCommandDocuments;
}

}  // namespace

KeyLanes::KeyLanes(std::size_t lanes, const StopFlag& stop) : stop_(stop), lanes_(lanes) {}

KeyLanes::Lane* KeyLanes::Ready() {
  const bool hurry = bytes_ >= kMaxBytes || (ended_ && reading_ == 0);
  Lane* best = nullptr;
  for (Lane& lane : lanes_) {
    if (lane.busy || lane.waiting.empty()) continue;
    if (!hurry && !IsFull(lane.waiting.front().batch)) continue;
    if (best == nullptr || lane.waiting.size() > best->waiting.size()) best = &lane;
  }
  return best;
}

KeyLanes::Turn KeyLanes::Next(LinedBatch& work, std::size_t& lane) {
  constexpr std::chrono::milliseconds kLook{50};
  std::unique_lock lock(mutex_);
  while (!stop_.requested()) {
    if (Lane* const ready = Ready()) {
      work = std::move(ready->waiting.front());
      ready->waiting.pop_front();
      bytes_ -= work.batch.bytes().size();
      ready->busy = true;
      lane = static_cast<std::size_t>(ready - lanes_.data());
      return Turn::kWrite;
    }
    if (!ended_ && bytes_ < kMaxBytes) {
      ++reading_;
      return Turn::kRead;
    }
    const bool empty = std::all_of(lanes_.begin(), lanes_.end(),
                                   [](const Lane& each) { return each.waiting.empty(); });
    if (ended_ && reading_ == 0 && empty) return Turn::kDone;
    changed_.wait_for(lock, kLook);
  }
  return Turn::kDone;
}

void KeyLanes::Written(std::size_t lane) {
  const std::lock_guard lock(mutex_);
  lanes_[lane].busy = false;
  changed_.notify_all();
}

void KeyLanes::Put(std::uint64_t number, std::vector<LinedBatch> documents) {
  const std::lock_guard lock(mutex_);
  early_.emplace(number, std::move(documents));
  for (auto next = early_.begin(); next != early_.end() && next->first == turn_;
       next = early_.begin()) {
    Take(next->second);
    early_.erase(next);
    ++turn_;
  }
  --reading_;
  changed_.notify_all();
}

void KeyLanes::Take(std::vector<LinedBatch>& documents) {
  for (std::size_t i = 0; i < documents.size(); ++i) {
    LinedBatch& added = documents[i];
    if (added.batch.empty()) continue;
    bytes_ += added.batch.bytes().size();
    std::deque<LinedBatch>& waiting = lanes_[i].waiting;
    if (waiting.empty() || IsFull(waiting.back().batch)) {
      waiting.push_back(std::move(added));
      continue;
    }
    for (std::size_t k = 0; k < added.batch.documents(); ++k) {
      waiting.back().Append(added.batch.at(k), added.lines[k]);
    }
  }
}

void KeyLanes::NoMore() {
  const std::lock_guard lock(mutex_);
  --reading_;
  ended_ = true;
  changed_.notify_all();
}

}  // namespace haul
