#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace haul {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;

/// "50MB", "64KiB", "1.5GiB", "4096": decimal (kB MB GB TB) and binary (KiB MiB GiB TiB) units,
/// case ignored, no unit = bytes. Throws Error kUsage naming the text.
[[nodiscard]] std::uint64_t ParseBytes(std::string_view text);

/// A rate as --maxRate takes it: "50MB/s". Throws Error kUsage. Result in bytes per second, > 0.
[[nodiscard]] std::uint64_t ParseByteRate(std::string_view text);

/// "250ms", "2s", "15m", "1h"; a bare number is seconds. Throws Error kUsage.
[[nodiscard]] std::chrono::milliseconds ParseDuration(std::string_view text);

/// 1536 -> "1.5 KiB". Three significant digits; exact below 1 KiB.
[[nodiscard]] std::string FormatBytes(std::uint64_t bytes);

/// 1234567 -> "1,234,567".
[[nodiscard]] std::string FormatCount(std::uint64_t count);
/// "1 document", "2,000 documents"; `plural` where an s is not enough: "2 entries".
[[nodiscard]] std::string FormatCount(std::uint64_t count, std::string_view noun,
                                      std::string_view plural = {});

/// "0.8 s", "12.4 s", "3 min 05 s", "2 h 04 min".
[[nodiscard]] std::string FormatDuration(std::chrono::milliseconds duration);

/// "2026-11-21T08:30:00.125Z".
[[nodiscard]] std::string FormatIsoTime(std::chrono::system_clock::time_point time);

}  // namespace haul
