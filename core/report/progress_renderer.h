#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "core/report/log.h"
#include "core/report/progress.h"
#include "core/report/rate_meter.h"

namespace haul {

enum class ProgressStyle {
  kNone,   ///< --quiet
  kLive,   ///< a block redrawn in place
  kLines,  ///< a plain line (or a JSON line) every few seconds
};

/// Shows a run's progress on its own thread and clock. Destroying it stops the thread and removes
/// the live block. `progress` and `log` must outlive it.
class ProgressRenderer {
 public:
  struct Options {
    ProgressStyle style = ProgressStyle::kNone;
    std::chrono::milliseconds interval{0};    ///< between two Ticks; 0 = no thread, the owner ticks
    std::function<std::size_t()> width = {};  ///< columns now; needed for kLive
  };
  /// Live on a terminal, else a line every 5 s, nothing with --quiet.
  [[nodiscard]] static Options For(const Log& log);

  ProgressRenderer(const Progress& progress, Log& log, Options options);
  ~ProgressRenderer();
  ProgressRenderer(const ProgressRenderer&) = delete;
  ProgressRenderer& operator=(const ProgressRenderer&) = delete;

  /// Shows the present state; `now` only ever grows.
  void Tick(std::chrono::steady_clock::time_point now);

 private:
  void Loop();

  const Progress& progress_;
  Log& log_;
  const Options options_;
  RateMeter rate_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace haul
