#include "core/report/progress_renderer.h"

#include <utility>

#include "core/report/progress_text.h"
#include "core/report/terminal.h"

namespace haul {
namespace {

constexpr std::chrono::milliseconds kLiveInterval{200};
constexpr std::chrono::milliseconds kLineInterval{5000};

}  // namespace

ProgressRenderer::Options ProgressRenderer::For(const Log& log) {
  if (!log.Shows(LogLevel::kInfo)) return {};
  const bool live = log.format() == LogFormat::kText && IsTerminal(log.fd());
  return {.style = live ? ProgressStyle::kLive : ProgressStyle::kLines,
          .interval = live ? kLiveInterval : kLineInterval,
          .width = [fd = log.fd()] { return TerminalWidth(fd); }};
}

ProgressRenderer::ProgressRenderer(const Progress& progress, Log& log, Options options)
    : progress_(progress), log_(log), options_(std::move(options)) {
  if (options_.style == ProgressStyle::kNone || options_.interval.count() == 0) return;
  thread_ = std::thread([this] { Loop(); });
}

ProgressRenderer::~ProgressRenderer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (options_.style == ProgressStyle::kLive) log_.ShowLive({});
}

void ProgressRenderer::Loop() {
  rate_.Sample(progress_.done(), std::chrono::steady_clock::now());
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.interval, [this] { return ending_; })) {
    lock.unlock();
    Tick(std::chrono::steady_clock::now());
    lock.lock();
  }
}

void ProgressRenderer::Tick(std::chrono::steady_clock::time_point now) {
  if (options_.style == ProgressStyle::kNone) return;
  const ProgressSnapshot snapshot = progress_.Snapshot();
  rate_.Sample(snapshot.done, now);
  if (options_.style == ProgressStyle::kLive) {
    log_.ShowLive(LiveBlock(snapshot, rate_, options_.width()));
  } else {
    log_.Info(ProgressLine(snapshot, rate_), ProgressFields(snapshot, rate_));
  }
}

}  // namespace haul
