#include "seed/relative_time.h"

#include <charconv>
#include <string>

#include "core/bson/extended_json_wrapper.h"

namespace haul {
namespace {

std::optional<std::int64_t> Unit(char letter) {
  constexpr std::int64_t kSecond = 1000;
  switch (letter) {
    case 's':
      return kSecond;
    case 'm':
      return 60 * kSecond;
    case 'h':
      return 3600 * kSecond;
    case 'd':
      return 86'400 * kSecond;
    case 'w':
      return 7 * 86'400 * kSecond;
    default:
      return std::nullopt;
  }
}

// "+30d". A million of the largest unit stays far inside 64 bits.
std::optional<std::int64_t> Offset(std::string_view text) {
  constexpr std::int64_t kMost = 1'000'000;
  if (text.empty()) return 0;
  const bool back = text.front() == '-';
  if (text.size() < 3 || (!back && text.front() != '+')) return std::nullopt;
  const std::string_view digits = text.substr(1, text.size() - 2);
  const auto unit = Unit(text.back());
  std::int64_t count = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  const bool number = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
  if (!unit || !number || count < 0 || count > kMost) return std::nullopt;
  return (back ? -count : count) * *unit;
}

}  // namespace

std::optional<SeedTime> ParseSeedTime(std::string_view text,
                                      std::chrono::sys_time<std::chrono::milliseconds> now) {
  constexpr std::string_view kNow = "now";
  if (text.starts_with(kNow)) {
    const auto offset = Offset(text.substr(kNow.size()));
    if (!offset) return std::nullopt;
    return SeedTime{now.time_since_epoch().count() + *offset, true};
  }
  constexpr std::size_t kDateSize = 10;
  const auto time =
      ParseIsoDate(text.size() == kDateSize ? std::string(text) + "T00:00:00Z" : std::string(text));
  if (!time) return std::nullopt;
  return SeedTime{*time, false};
}

}  // namespace haul
