#include "core/cli/nearest_name.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <vector>

namespace haul {
namespace {

// Case and dashes do not count: --dry_run, --DryRun and --dry-run are near --dryRun.
std::string Letters(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) letters += static_cast<char>(std::tolower(byte));
  }
  return letters;
}

// Levenshtein's distance, one row at a time.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string NearestName(std::string_view typed, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestName = 64;
  const std::string letters = Letters(typed.substr(0, kLongestName));
  std::string nearest;
  std::size_t least = std::max<std::size_t>(2, letters.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::string known = Letters(candidate);
    const bool begins = letters.size() >= 3 && known.starts_with(letters);
    const std::size_t distance = begins ? 1 : Distance(letters, known);
    if (distance >= least || distance >= known.size()) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace haul
