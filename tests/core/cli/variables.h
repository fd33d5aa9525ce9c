#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "core/cli/environment.h"

namespace haul {

inline Environment Variables(std::map<std::string, std::string, std::less<>> variables) {
  return Environment(std::move(variables));
}

}  // namespace haul
