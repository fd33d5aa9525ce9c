#include "core/plan/beside_name.h"

#include <fmt/format.h>

namespace haul {
namespace {

constexpr std::string_view kPrefix = "haul.";

}  // namespace

std::string BesideName(std::string_view run, std::size_t number) {
  return fmt::format("{}{}.{}", kPrefix, run, number);
}

std::optional<std::string> RunOfBesideName(std::string_view collection) {
  constexpr std::size_t kNumberAt = kPrefix.size() + kRunDigits + 1;
  if (!collection.starts_with(kPrefix) || collection.size() <= kNumberAt) return std::nullopt;
  const std::string_view run = collection.substr(kPrefix.size(), kRunDigits);
  const std::string_view number = collection.substr(kNumberAt);
  if (run.find_first_not_of("0123456789abcdef") != run.npos) return std::nullopt;
  if (collection[kNumberAt - 1] != '.') return std::nullopt;
  if (number.find_first_not_of("0123456789") != number.npos) return std::nullopt;
  return std::string(run);
}

}  // namespace haul
