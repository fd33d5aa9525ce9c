#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/report/log.h"
#include "core/report/progress.h"
#include "core/report/rate_meter.h"

namespace haul {

/// Columns that a text takes on a terminal: one a code point (names of wide characters are cut too
/// late by at most half; a line is cut by the terminal then).
[[nodiscard]] std::size_t DisplayWidth(std::string_view text);

/// A name from data, escaped, and where it is longer than `width` shortened in its middle with
/// "..".
[[nodiscard]] std::string ShortName(std::string_view name, std::size_t width);

/// The live block: a bar a collection at work (at most `kMaxBars`, then a count), then the total.
/// Lines are at most `width - 1` columns, so that no terminal wraps them. No line end at the end.
[[nodiscard]] std::string LiveBlock(const ProgressSnapshot& snapshot, const RateMeter& rate,
                                    std::size_t width);
inline constexpr std::size_t kMaxBars = 8;

/// The same facts as one line of text, and as members of a JSON line.
[[nodiscard]] std::string ProgressLine(const ProgressSnapshot& snapshot, const RateMeter& rate);
[[nodiscard]] LogFields ProgressFields(const ProgressSnapshot& snapshot, const RateMeter& rate);

}  // namespace haul
