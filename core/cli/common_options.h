#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/cli/options.h"

namespace haul {

/// Rows that several tools have in their tables. What `into` points to must outlive the table;
/// `help` says what the option means for the one tool.

[[nodiscard]] Option JobsOption(std::optional<std::uint64_t>& into, std::string help);
/// `jobs`, or the larger of 4 and the cores: a worker waits for the server most of the time.
[[nodiscard]] std::size_t JobsOrDefault(std::optional<std::uint64_t> jobs);

[[nodiscard]] Option RejectsOption(std::string& into, std::string help);
[[nodiscard]] Option WriteConcernOption(std::string& into);
[[nodiscard]] Option BypassValidationOption(bool& into);

}  // namespace haul
