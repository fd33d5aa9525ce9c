#pragma once

#include <string_view>

namespace haul {

/// This build's version, as CMake's project() states it: "0.1.0".
inline constexpr std::string_view kVersion = HAUL_VERSION;

}  // namespace haul
