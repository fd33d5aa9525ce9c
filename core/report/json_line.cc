#include "core/report/json_line.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "core/base/text.h"

namespace haul {
namespace {

std::string Quoted(std::string_view text) {
  const std::string json = IsUtf8(text) ? EscapeJson(text) : EscapeJson(EscapeForDisplay(text));
  return fmt::format("\"{}\"", json);
}

template <typename T>
std::string JsonValue(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return Quoted(value);
  } else if constexpr (std::is_same_v<T, double>) {
    return std::isfinite(value) ? fmt::format("{}", value) : "null";
  } else {
    return fmt::format("{}", value);
  }
}

}  // namespace

std::string FormatUtcTime(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds);
  const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(whole), rest.count());
}

std::string JsonLine(std::chrono::system_clock::time_point time, std::string_view level,
                     std::string_view message, const LogFields& fields) {
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","message":{})", FormatUtcTime(time),
                                 level, Quoted(message));
  for (const LogField& field : fields) {
    line += fmt::format(",{}:", Quoted(field.name));
    line += std::visit([](const auto& value) { return JsonValue(value); }, field.value);
  }
  line += "}\n";
  return line;
}

}  // namespace haul
