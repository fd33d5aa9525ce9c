#pragma once

#include <string_view>

#include "core/transform/edits.h"

namespace haul {

/// What `mask` puts in a value's place: "hash" (64 hex digits of an HMAC-SHA-256), "email"
/// (24 of them at masked.invalid), "null", "redact" ("<redacted>", null stays) or "constant:VALUE"
/// (Extended JSON, else a string). Equal values have equal hashes and addresses under one key,
/// whatever the type of the number or the field; null stays null. Throws Error kUsage; `what` names
/// the text in the message. `key` is copied.
[[nodiscard]] SharedEdit ParseMask(std::string_view text, std::string_view what,
                                   const KeyedHash& key);

/// "<redacted>" in the place of anything but null.
[[nodiscard]] SharedEdit Redact();

/// True where the mask depends on the key.
[[nodiscard]] bool MaskUsesKey(std::string_view text);

}  // namespace haul
