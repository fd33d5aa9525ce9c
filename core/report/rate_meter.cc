#include "core/report/rate_meter.h"

#include <cmath>
#include <cstdint>

namespace haul {
namespace {

constexpr std::chrono::seconds kWindow{10};

std::optional<double> SecondsFor(std::uint64_t expected, std::uint64_t done, double per_second) {
  if (expected == 0 || per_second <= 0) return std::nullopt;
  // Estimates are often too low; a run that has passed its own is about to end.
  if (done >= expected) return 0.0;
  return static_cast<double>(expected - done) / per_second;
}

}  // namespace

void RateMeter::Sample(Amount done, std::chrono::steady_clock::time_point now) {
  points_.push_back({done, now});
  // One point older than the window stays as its beginning.
  while (points_.size() > 2 && now - points_[1].at >= kWindow) points_.pop_front();
}

Pace RateMeter::pace() const {
  if (points_.size() < 2) return {};
  const Point& first = points_.front();
  const Point& last = points_.back();
  const double seconds = std::chrono::duration<double>(last.at - first.at).count();
  if (seconds <= 0) return {};
  return {static_cast<double>(last.done.documents - first.done.documents) / seconds,
          static_cast<double>(last.done.bytes - first.done.bytes) / seconds};
}

std::optional<std::chrono::seconds> RateMeter::TimeLeft(Amount expected) const {
  if (points_.empty()) return std::nullopt;
  const Amount done = points_.back().done;
  const Pace now = pace();
  auto seconds = SecondsFor(expected.bytes, done.bytes, now.bytes_per_second);
  if (!seconds) seconds = SecondsFor(expected.documents, done.documents, now.documents_per_second);
  constexpr double kLongest = 3600.0 * 24 * 1000;
  if (!seconds || *seconds > kLongest) return std::nullopt;
  return std::chrono::seconds(std::llround(*seconds));
}

}  // namespace haul
