#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace haul {

/// A whole number in decimal digits behind an optional sign, zeros in front or not: as mongoimport
/// reads the cells of CSV and TSV. Nothing for any other text and for what no int64 holds.
[[nodiscard]] std::optional<std::int64_t> ParseCellInteger(std::string_view text);

/// A double as mongoimport reads it, which is a floating-point literal of Go
/// (https://pkg.go.dev/strconv#ParseFloat): "1.5", ".5", "5.", "1e5", "1_000.5", "0x1p-2", and NaN,
/// Inf and Infinity in any case. Nothing for any other text and for what is beyond a double.
[[nodiscard]] std::optional<double> ParseCellDouble(std::string_view text);

}  // namespace haul
