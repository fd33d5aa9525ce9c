#pragma once

#include "seed/settings.h"

namespace haul {

/// Reads `$$seed.tokens` into `settings.tokens`, whose hashed fields are known already. Error
/// kUsage for what is wrong, for a claim that names a hashed or token field, and for a secret that
/// is missing, readable by others or shorter than 32 bytes.
void ReadTokens(const SeedPlace& place, const SettingsPart& part, SeedCompiler& compiler,
                SeedSettings& settings);

}  // namespace haul
