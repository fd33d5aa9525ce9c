#pragma once

#include <cstdint>
#include <string>

#include "core/cli/options.h"

namespace haul {

/// The options that every tool has.
struct GeneralOptions {
  bool help = false;
  bool version = false;
  bool quiet = false;
  std::uint64_t verbose = 0;
  std::string log_format = "text";
  std::string env_file = {};
};

[[nodiscard]] OptionGroup GeneralGroup(GeneralOptions& general);

}  // namespace haul
