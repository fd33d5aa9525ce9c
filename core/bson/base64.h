#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"

namespace haul {

/// RFC 4648 section 4: the standard alphabet, padded.
[[nodiscard]] std::string EncodeBase64(ByteView bytes);

/// Nothing where `text` is not whole, padded base64 of that alphabet.
[[nodiscard]] std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace haul
