#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace haul {

/// Asks on the controlling terminal, without echo. Nothing where there is none. Throws Error with a
/// signal's code where one arrives meanwhile; the terminal echoes again in every case.
[[nodiscard]] std::optional<std::string> AskOnTerminal(std::string_view question);

}  // namespace haul
