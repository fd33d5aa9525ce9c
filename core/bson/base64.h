#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"

namespace haul {

/// RFC 4648 section 4: the standard alphabet, padded.
[[nodiscard]] std::string EncodeBase64(ByteView bytes);

/// How much text so many bytes become, and that text written to a place which has room for it.
[[nodiscard]] constexpr std::size_t Base64Size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }
void EncodeBase64(ByteView bytes, char* to);

/// Nothing where `text` is not whole, padded base64 of that alphabet.
[[nodiscard]] std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace haul
