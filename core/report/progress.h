#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace haul {

struct Amount {
  std::uint64_t documents = 0;
  std::uint64_t bytes = 0;
};

class Progress;

/// The counters of one collection. Workers only add; any number of them at once.
class CollectionProgress {
 public:
  CollectionProgress(Progress& total, std::string name, Amount expected)
      : total_(total), name_(std::move(name)), expected_(expected) {}

  /// Shown as at work from the first Start() or Add() until Finish().
  void Start() noexcept { state_.store(State::kAtWork, std::memory_order_relaxed); }
  void Add(std::uint64_t documents, std::uint64_t bytes) noexcept;
  void Finish() noexcept;

  [[nodiscard]] Amount done() const noexcept {
    return {documents_.load(std::memory_order_relaxed), bytes_.load(std::memory_order_relaxed)};
  }

 private:
  friend class Progress;
  enum class State : std::uint8_t { kWaiting, kAtWork, kFinished };

  Progress& total_;
  const std::string name_;
  const Amount expected_;
  std::atomic<std::uint64_t> documents_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<State> state_{State::kWaiting};
};

/// One moment of a run, for the renderer.
struct ProgressSnapshot {
  struct Collection {
    std::string name;
    Amount done;
    Amount expected;
  };
  std::string phase;  ///< with the activities that are going on
  std::vector<Collection> at_work;
  Amount done;
  Amount expected;  ///< zero: unknown
  std::uint64_t rejected = 0;
  std::size_t collections_done = 0;
  std::size_t collections = 0;
};

/// The counters of a run. Knows nothing of rendering (progress_renderer.h). Thread-safe.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Adds a collection that will be worked on; `expected` counts to the total. The reference stays
  /// valid as long as this object.
  [[nodiscard]] CollectionProgress& Add(std::string name, Amount expected);
  void Reject(std::uint64_t documents) noexcept { rejected_ += documents; }
  /// What is going on besides documents, e.g. "building indexes"; "" for nothing.
  void SetPhase(std::string phase);
  /// Something long that is shown beside the phase, with how long it has been going on, until
  /// EndActivity() gets the number that this returns.
  [[nodiscard]] std::size_t BeginActivity(std::string what);
  void EndActivity(std::size_t number);

  [[nodiscard]] Amount done() const noexcept { return {documents_.load(), bytes_.load()}; }
  [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_.load(); }
  [[nodiscard]] ProgressSnapshot Snapshot() const;

 private:
  friend class CollectionProgress;

  [[nodiscard]] std::string PhaseText() const;  // mutex_ is held

  struct Activity {
    std::string what;
    std::chrono::steady_clock::time_point since;
  };

  mutable std::mutex mutex_;  // guards lists and phase, not the counters
  std::deque<CollectionProgress> collections_;
  std::string phase_;
  std::map<std::size_t, Activity> activities_;  // in the order of their begin
  std::size_t next_activity_ = 0;
  Amount expected_;
  std::atomic<std::uint64_t> documents_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> rejected_{0};
  std::atomic<std::size_t> finished_{0};
};

}  // namespace haul
