#pragma once

#include <chrono>
#include <deque>
#include <optional>

#include "core/report/progress.h"

namespace haul {

struct Pace {
  double documents_per_second = 0;
  double bytes_per_second = 0;
};

/// The pace of the last ten seconds. Not thread-safe.
class RateMeter {
 public:
  void Sample(Amount done, std::chrono::steady_clock::time_point now);
  [[nodiscard]] Pace pace() const;
  /// Time until `expected`, by bytes where they are known, else by documents; nothing where
  /// unknown.
  [[nodiscard]] std::optional<std::chrono::seconds> TimeLeft(Amount expected) const;

 private:
  struct Point {
    Amount done;
    std::chrono::steady_clock::time_point at;
  };
  std::deque<Point> points_;
};

}  // namespace haul
