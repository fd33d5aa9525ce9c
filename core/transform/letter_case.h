#pragma once

#include <string>
#include <string_view>

namespace haul {

/// Without white space (space, tab, line ends, NBSP and the others of Unicode's White_Space) at
/// both ends.
[[nodiscard]] std::string Trimmed(std::string_view text);

/// Each letter by the simple case mapping of Unicode, so Ä becomes ä and ß stays ß. Bytes that are
/// not UTF-8 stay as they are. Throws Error kUnsupported where the system has no locale C.UTF-8.
/// Thread-safe.
[[nodiscard]] std::string LowerCase(std::string_view text);
[[nodiscard]] std::string UpperCase(std::string_view text);

}  // namespace haul
