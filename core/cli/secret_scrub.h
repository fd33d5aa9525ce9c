#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/cli/options.h"

namespace haul {

/// Overwrites in `argv` what a process list must not show: the values of secret options and the
/// passwords in URIs. Lengths stay, so the process title keeps its shape. Returns what was found:
/// "--password", "a connection string". Never throws on malformed lines: it runs before parsing.
std::vector<std::string> ScrubSecrets(const Command& command, std::span<char*> argv);

}  // namespace haul
