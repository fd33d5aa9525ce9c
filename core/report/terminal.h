#pragma once

#include <cstddef>

namespace haul {

[[nodiscard]] bool IsTerminal(int fd);

/// Columns of the terminal behind `fd`; `otherwise` where it is none or does not tell.
[[nodiscard]] std::size_t TerminalWidth(int fd, std::size_t otherwise = 80);

}  // namespace haul
