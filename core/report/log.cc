#include "core/report/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <utility>

#include "core/base/text.h"
#include "core/report/json_line.h"

namespace haul {
namespace {

constexpr std::array<std::string_view, 5> kLevelNames = {"error", "warning", "info", "verbose",
                                                         "debug"};

std::string_view NameOf(LogLevel level) { return kLevelNames.at(static_cast<std::size_t>(level)); }

// A failing stderr (closed, full disk) must neither stop a dump nor be reported where nobody reads.
void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// The cursor stands at the end of the block's last line; nothing is printed after it.
std::string EraseBlock(std::string_view block) {
  if (block.empty()) return {};
  const auto up = std::count(block.begin(), block.end(), '\n');
  const std::string to_first_line = up == 0 ? "" : fmt::format("\x1b[{}A", up);
  return fmt::format("\r{}\x1b[J", to_first_line);
}

std::string TextLines(std::string_view prefix, std::string_view hint_prefix,
                      std::string_view message, std::string_view hint) {
  std::string lines = fmt::format("{}{}\n", prefix, EscapeForDisplay(message));
  while (!hint.empty()) {
    const std::size_t end = std::min(hint.find('\n'), hint.size());
    lines += fmt::format("{}{}\n", hint_prefix, EscapeForDisplay(hint.substr(0, end)));
    hint.remove_prefix(std::min(end + 1, hint.size()));
  }
  return lines;
}

// 2006-01-02T15:04:05.000-0700<TAB>message
std::string StampedLines(std::chrono::system_clock::time_point now, LogLevel level,
                         std::string_view message, std::string_view hint) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  std::tm local{};
  localtime_r(&seconds, &local);
  const std::string stamp =
      fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}{:%z}\t", local, since_epoch.count() % 1000, local);
  std::string_view mark;
  if (level == LogLevel::kError) mark = "Failed: ";
  if (level == LogLevel::kWarning) mark = "WARNING: ";
  return TextLines(fmt::format("{}{}", stamp, mark), stamp + "hint: ", message, hint);
}

}  // namespace

Log::Log(Options options) : options_(std::move(options)) {}

void Log::Error(std::string_view message, std::string_view hint, LogFields fields) {
  Write(LogLevel::kError, message, hint, std::move(fields));
}
void Log::Warn(std::string_view message, LogFields fields) {
  ++warnings_;
  Write(LogLevel::kWarning, message, {}, std::move(fields));
}
void Log::Info(std::string_view message, LogFields fields) {
  Write(LogLevel::kInfo, message, {}, std::move(fields));
}
void Log::Verbose(std::string_view message, LogFields fields) {
  Write(LogLevel::kVerbose, message, {}, std::move(fields));
}
void Log::Debug(std::string_view message, LogFields fields) {
  Write(LogLevel::kDebug, message, {}, std::move(fields));
}

void Log::Write(LogLevel level, std::string_view message, std::string_view hint, LogFields fields) {
  if (!Shows(level)) return;
  if (options_.format == LogFormat::kJson) {
    if (!hint.empty()) fields.push_back({"hint", std::string(hint)});
    Emit(JsonLine(options_.clock(), NameOf(level), message, fields));
    return;
  }
  if (options_.format == LogFormat::kMongoTools) {
    Emit(StampedLines(options_.clock(), level, message, hint));
    return;
  }
  const bool plain = level > LogLevel::kWarning;
  const std::string prefix =
      plain ? std::string() : fmt::format("{}: {}: ", options_.program, NameOf(level));
  Emit(TextLines(prefix, "hint: ", message, hint));
}

void Log::Emit(const std::string& lines) {
  const std::lock_guard lock(mutex_);
  WriteAll(options_.fd, EraseBlock(live_) + lines + live_);
}

void Log::ShowLive(std::string block) {
  const std::lock_guard lock(mutex_);
  if (block == live_) return;
  WriteAll(options_.fd, EraseBlock(live_) + block);
  live_ = std::move(block);
}

}  // namespace haul
