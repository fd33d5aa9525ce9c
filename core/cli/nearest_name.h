#pragma once

#include <span>
#include <string>
#include <string_view>

namespace haul {

/// The candidate that `typed` was most likely meant to be (a few typing errors, or its beginning);
/// "" where none is near.
[[nodiscard]] std::string NearestName(std::string_view typed,
                                      std::span<const std::string> candidates);

}  // namespace haul
