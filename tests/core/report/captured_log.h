#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>

#include "core/report/log.h"

namespace haul {

/// A Log that writes into a pipe, at 2024-05-06T07:08:09.010Z.
class CapturedLog {
 public:
  explicit CapturedLog(Log::Options options = {}) : log_(WithPipe(std::move(options))) {}
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  [[nodiscard]] Log& log() { return log_; }

  /// What was written since the last call; at most what a pipe holds (64 KiB).
  [[nodiscard]] std::string Take() {
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends_[0], buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  Log::Options WithPipe(Log::Options options) {
    if (::pipe(ends_) != 0) std::abort();
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    options.program = "haul-try";
    options.fd = ends_[1];
    options.clock = [] {
      return std::chrono::system_clock::time_point(std::chrono::milliseconds(1714979289010));
    };
    return options;
  }

  int ends_[2] = {-1, -1};
  Log log_;
};

}  // namespace haul
