#include "core/bson/timestamp.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace haul {
namespace {

std::optional<std::uint32_t> ParseWhole(std::string_view text) {
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

std::string Timestamp::ToString() const { return fmt::format("{}:{}", seconds, increment); }

std::optional<Timestamp> ParseTimestamp(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto seconds = ParseWhole(text.substr(0, colon));
  const auto increment = ParseWhole(text.substr(colon + 1));
  if (!seconds || !increment) return std::nullopt;
  return Timestamp{*seconds, *increment};
}

}  // namespace haul
