#include "core/base/units.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <ctime>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array kByteUnits = {Unit{"", 1},         Unit{"b", 1},           Unit{"kb", 1e3},
                                   Unit{"mb", 1e6},     Unit{"gb", 1e9},        Unit{"tb", 1e12},
                                   Unit{"kib", 1024.0}, Unit{"mib", 1048576.0}, Unit{"gib", 0x1p30},
                                   Unit{"tib", 0x1p40}};
constexpr std::array kDurationUnits = {Unit{"", 1e3},    Unit{"ms", 1},    Unit{"s", 1e3},
                                       Unit{"m", 6e4},   Unit{"min", 6e4}, Unit{"h", 3.6e6},
                                       Unit{"d", 8.64e7}};

template <std::size_t N>
std::optional<double> ParseQuantity(std::string_view text, const std::array<Unit, N>& units) {
  double number = 0;
  const auto [rest, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
  std::string name;
  for (const char* c = rest; c != text.data() + text.size(); ++c) {
    if (*c != ' ') name += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
  }
  for (const Unit& unit : units) {
    if (unit.name == name) return number * unit.factor;
  }
  return std::nullopt;
}

Error BadQuantity(std::string_view text, std::string_view what, std::string_view example) {
  return {ExitCode::kUsage, fmt::format("'{}' is not {}", EscapeForDisplay(text), what),
          fmt::format("write it like {}", example)};
}

}  // namespace

std::uint64_t ParseBytes(std::string_view text) {
  const auto bytes = ParseQuantity(text, kByteUnits);
  if (!bytes || *bytes >= 0x1p63) throw BadQuantity(text, "a size", "64MiB or 2GB");
  return static_cast<std::uint64_t>(std::llround(*bytes));
}

std::uint64_t ParseByteRate(std::string_view text) {
  const std::string_view amount = text.ends_with("/s") ? text.substr(0, text.size() - 2) : text;
  const auto bytes = ParseQuantity(amount, kByteUnits);
  if (!bytes || *bytes < 1 || *bytes >= 0x1p63) throw BadQuantity(text, "a rate", "50MB/s");
  return static_cast<std::uint64_t>(std::llround(*bytes));
}

std::chrono::milliseconds ParseDuration(std::string_view text) {
  const auto milliseconds = ParseQuantity(text, kDurationUnits);
  if (!milliseconds || *milliseconds >= 0x1p53) throw BadQuantity(text, "a duration", "30s or 15m");
  return std::chrono::milliseconds(std::llround(*milliseconds));
}

std::string FormatBytes(std::uint64_t bytes) {
  constexpr std::array kNames = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < kKiB) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kNames.size()) {
    value /= 1024.0;
    ++unit;
  }
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, kNames[unit]);
}

std::string FormatCount(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, ",");
  return digits;
}

std::string FormatCount(std::uint64_t count, std::string_view noun, std::string_view plural) {
  if (count == 1) return fmt::format("1 {}", noun);
  if (plural.empty()) return fmt::format("{} {}s", FormatCount(count), noun);
  return fmt::format("{} {}", FormatCount(count), plural);
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  const double seconds = static_cast<double>(duration.count()) / 1000.0;
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string FormatIsoTime(std::chrono::system_clock::time_point time) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = since_epoch / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     since_epoch % 1000);
}

}  // namespace haul
