#pragma once

#include <string>
#include <string_view>

#include "core/secret/password_scheme.h"

namespace haul {

/// The hash to be stored: `$2b$…` by libxcrypt or `$argon2id$v=19$…` by libsodium, with a salt of
/// its own. Throws Error kRejected where the password cannot be hashed whole (bcrypt: over 72
/// bytes, or a NUL inside), kLimit where there is no memory for argon2id. No message holds the
/// password, and copies of it are overwritten. Thread-safe; takes what `scheme` asks of time and
/// memory.
[[nodiscard]] std::string HashPassword(const PasswordScheme& scheme, std::string_view clear);

/// True where `hash` is a password hash (IsPasswordHash) of `clear`; never for a password that
/// bcrypt would cut. Takes as long as making the hash took. Thread-safe.
[[nodiscard]] bool VerifyPassword(std::string_view hash, std::string_view clear);

/// True only for a text with the full syntax of a hash, so that a password which merely begins
/// like one is hashed: bcrypt `$2a$`, `$2b$` or `$2y$`, a cost from 04 to 31, `$` and 53 letters
/// of its alphabet; argon2id as the PHC string format has it
/// (https://github.com/P-H-C/phc-string-format), with version, parameters, salt of 8 to 48 bytes
/// and hash of 12 to 64.
[[nodiscard]] bool IsPasswordHash(std::string_view text);

}  // namespace haul
