#pragma once

#include <string>

#include "core/base/byte_buffer.h"

namespace haul {

/// The claims of a token as one JSON object, as SignToken() describes it.
[[nodiscard]] std::string ClaimsToJson(ByteView claims);

}  // namespace haul
