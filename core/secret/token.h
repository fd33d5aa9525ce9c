#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/secret/secret_text.h"

namespace haul {

enum class TokenAlgorithm { kHs256, kHs384, kHs512 };

/// "HS256", "HS384" or "HS512". Throws Error kUsage; `what` names the text in the message.
[[nodiscard]] TokenAlgorithm ParseTokenAlgorithm(std::string_view name, std::string_view what);

/// What the tokens of one field have in common. Move-only; const use is thread-safe.
struct TokenSpec {
  static constexpr std::size_t kMinSecretSize = 32;

  TokenAlgorithm algorithm = TokenAlgorithm::kHs256;
  SecretText secret;
  std::chrono::seconds lifetime{};
};

/// To be called before anything is written. Throws Error kUsage for a secret below 32 bytes and for
/// a lifetime below a second; `what` names the token ("users.json: tokens.accessToken").
void CheckTokenSpec(const TokenSpec& spec, std::string_view what);

/// A signed JSON Web Token (RFC 7519) with the claims, `iat` = `now` and `exp` = `now` + lifetime.
/// Claims are a BSON document: ObjectIds become their hex digits, dates whole seconds since 1970,
/// decimals texts; strings, numbers, bools, null, documents and arrays stay what they are. Throws
/// Error kRejected, with the claim's name and never its value, for a claim that JSON cannot hold
/// and for claims named iat or exp. Thread-safe.
[[nodiscard]] std::string SignToken(const TokenSpec& spec, ByteView claims,
                                    std::chrono::sys_seconds now);

}  // namespace haul
