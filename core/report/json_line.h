#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/report/log.h"

namespace haul {

/// "2024-05-06T07:08:09.010Z".
[[nodiscard]] std::string FormatUtcTime(std::chrono::system_clock::time_point time);

/// One JSON object and a line end: time, level, message, then the fields. Text that is not UTF-8 is
/// escaped for display first, so that the line is always valid JSON.
[[nodiscard]] std::string JsonLine(std::chrono::system_clock::time_point time,
                                   std::string_view level, std::string_view message,
                                   const LogFields& fields);

}  // namespace haul
