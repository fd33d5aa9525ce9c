#include "core/report/progress.h"

#include <utility>

#include "core/base/units.h"

namespace haul {

void CollectionProgress::Add(std::uint64_t documents, std::uint64_t bytes) noexcept {
  if (state_.load(std::memory_order_relaxed) == State::kWaiting) Start();
  documents_.fetch_add(documents, std::memory_order_relaxed);
  bytes_.fetch_add(bytes, std::memory_order_relaxed);
  total_.documents_.fetch_add(documents, std::memory_order_relaxed);
  total_.bytes_.fetch_add(bytes, std::memory_order_relaxed);
}

void CollectionProgress::Finish() noexcept {
  const State before = state_.exchange(State::kFinished, std::memory_order_relaxed);
  if (before != State::kFinished) total_.finished_.fetch_add(1, std::memory_order_relaxed);
}

CollectionProgress& Progress::Add(std::string name, Amount expected) {
  const std::lock_guard lock(mutex_);
  expected_.documents += expected.documents;
  expected_.bytes += expected.bytes;
  return collections_.emplace_back(*this, std::move(name), expected);
}

void Progress::SetPhase(std::string phase) {
  const std::lock_guard lock(mutex_);
  phase_ = std::move(phase);
}

std::size_t Progress::BeginActivity(std::string what) {
  const std::lock_guard lock(mutex_);
  activities_[next_activity_] = {std::move(what), std::chrono::steady_clock::now()};
  return next_activity_++;
}

void Progress::EndActivity(std::size_t number) {
  const std::lock_guard lock(mutex_);
  activities_.erase(number);
}

std::string Progress::PhaseText() const {
  const auto now = std::chrono::steady_clock::now();
  std::string text = phase_;
  for (const auto& [number, activity] : activities_) {
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - activity.since);
    text += (text.empty() ? "" : ", ") + activity.what;
    if (elapsed.count() > 0) text += " for " + FormatDuration(elapsed);
  }
  return text;
}

ProgressSnapshot Progress::Snapshot() const {
  const std::lock_guard lock(mutex_);
  ProgressSnapshot snapshot{.phase = PhaseText(),
                            .at_work = {},
                            .done = done(),
                            .expected = expected_,
                            .rejected = rejected(),
                            .collections_done = finished_.load(),
                            .collections = collections_.size()};
  for (const CollectionProgress& collection : collections_) {
    if (collection.state_.load(std::memory_order_relaxed) != CollectionProgress::State::kAtWork) {
      continue;
    }
    snapshot.at_work.push_back({collection.name_, collection.done(), collection.expected_});
  }
  return snapshot;
}

}  // namespace haul
