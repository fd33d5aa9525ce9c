#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/cli/options.h"

namespace haul {

/// What `--help` prints: grouped, wrapped to `width` columns (60 is fine, less than 40 counts as
/// 40).
[[nodiscard]] std::string HelpText(const Command& command, std::size_t width);

/// docs/options.md: every option of the commands, with default, environment and older names.
[[nodiscard]] std::string OptionsReference(std::span<const Command> commands);

/// A page for man(1), roff: what --help says.
[[nodiscard]] std::string ManPage(const Command& command);

/// A script for bash that completes the options of the commands, the words that an option takes,
/// and file names.
[[nodiscard]] std::string BashCompletion(std::span<const Command> commands);

}  // namespace haul
