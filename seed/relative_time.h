#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace haul {

struct SeedTime {
  std::int64_t milliseconds = 0;  ///< since 1970
  bool relative = false;          ///< to the run
};

/// "2024-05-01" (midnight UTC), ISO 8601 with a zone, "now", "now+30d", "now-12h"; units are s, m,
/// h, d and w. Nothing for another text.
[[nodiscard]] std::optional<SeedTime> ParseSeedTime(
    std::string_view text, std::chrono::sys_time<std::chrono::milliseconds> now);

}  // namespace haul
