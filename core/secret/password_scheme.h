#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/base/units.h"

namespace haul {

/// How passwords are hashed. A value.
struct PasswordScheme {
  enum class Algorithm {
    kBcrypt,    ///< `$2b$`
    kArgon2id,  ///< https://www.rfc-editor.org/rfc/rfc9106, one lane
  };
  static constexpr int kMinCost = 4;
  static constexpr int kMaxCost = 31;

  Algorithm algorithm = Algorithm::kBcrypt;
  int cost = 12;                     ///< of bcrypt: 2^cost rounds; whoever asks sets the minimum
  std::uint64_t memory = 64 * kMiB;  ///< of argon2id, in bytes, a multiple of 1 KiB
  std::uint32_t passes = 3;          ///< of argon2id

  friend bool operator==(const PasswordScheme&, const PasswordScheme&) = default;
};

/// "bcrypt", "bcrypt:12", "argon2id", "argon2id:64MiB", "argon2id:64MiB:3". Throws Error kUsage;
/// `what` names the text in the message ("--hash").
[[nodiscard]] PasswordScheme ParsePasswordScheme(std::string_view text, std::string_view what);

/// {"alg": "bcrypt", "cost": 12} or {"alg": "argon2id", "memory": "64MiB", "passes": 3}; all but
/// `alg` may be missing. Throws Error kUsage, also for a field that the algorithm does not have.
[[nodiscard]] PasswordScheme ReadPasswordScheme(ByteView document, std::string_view what);

/// "bcrypt:12", "argon2id:64MiB:3": what ParsePasswordScheme() reads.
[[nodiscard]] std::string ToText(const PasswordScheme& scheme);

}  // namespace haul
