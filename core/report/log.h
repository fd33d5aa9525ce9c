#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace haul {

enum class LogLevel { kError, kWarning, kInfo, kVerbose, kDebug };
enum class LogFormat {
  kText,
  kJson,
  kMongoTools,  ///< as mongodump and its like: local time with zone, a tab, the message
};

/// A fact's details; shown as members of the JSON line, not in text.
struct LogField {
  std::string name;
  std::variant<std::string, std::int64_t, std::uint64_t, double, bool> value;
};
using LogFields = std::vector<LogField>;

/// The one way to stderr: a line a fact that an operator acts on, and below them, on a terminal,
/// the live block of the progress. Messages are escaped for display, so names from data may stand
/// in them. Thread-safe; a line is written whole.
class Log {
 public:
  struct Options {
    std::string program = "haul";
    int fd = 2;                        ///< not owned
    LogLevel level = LogLevel::kInfo;  ///< kError is --quiet, kVerbose -v, kDebug -vv
    LogFormat format = LogFormat::kText;
    std::function<std::chrono::system_clock::time_point()> clock = std::chrono::system_clock::now;
  };
  explicit Log(Options options);

  /// `hint` may be empty; each of its lines becomes a `hint:` line.
  void Error(std::string_view message, std::string_view hint = {}, LogFields fields = {});
  void Warn(std::string_view message, LogFields fields = {});
  void Info(std::string_view message, LogFields fields = {});
  void Verbose(std::string_view message, LogFields fields = {});
  void Debug(std::string_view message, LogFields fields = {});

  /// Replaces the live block below the lines; "" removes it. Its text goes out as it is. Only for a
  /// terminal and text format.
  void ShowLive(std::string block);

  [[nodiscard]] bool Shows(LogLevel level) const { return level <= options_.level; }
  [[nodiscard]] LogFormat format() const { return options_.format; }
  [[nodiscard]] int fd() const { return options_.fd; }
  /// Warnings so far, also those that --quiet hides.
  [[nodiscard]] std::uint64_t warnings() const { return warnings_.load(); }

 private:
  void Write(LogLevel level, std::string_view message, std::string_view hint, LogFields fields);
  void Emit(const std::string& lines);

  const Options options_;
  std::mutex mutex_;
  std::string live_;
  std::atomic<std::uint64_t> warnings_{0};
};

}  // namespace haul
