#include "core/secret/token.h"

#include <fmt/format.h>
#include <jwt.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/bson/element.h"
#include "core/secret/token_claims.h"

namespace haul {
namespace {

struct AlgorithmName {
  std::string_view name;
  TokenAlgorithm algorithm;
  jwt_alg_t code;
};

constexpr std::array<AlgorithmName, 3> kAlgorithms = {
    {{"HS256", TokenAlgorithm::kHs256, JWT_ALG_HS256},
     {"HS384", TokenAlgorithm::kHs384, JWT_ALG_HS384},
     {"HS512", TokenAlgorithm::kHs512, JWT_ALG_HS512}}};

jwt_alg_t CodeOf(TokenAlgorithm algorithm) {
  for (const AlgorithmName& row : kAlgorithms) {
    if (row.algorithm == algorithm) return row.code;
  }
  throw Error(ExitCode::kInternal, "sign a token: no such algorithm");
}

void Check(int status, std::string_view what) {
  if (status != 0) {
    throw Error(ExitCode::kRejected, fmt::format("sign a token: libjwt refuses {}", what));
  }
}

}  // namespace

TokenAlgorithm ParseTokenAlgorithm(std::string_view name, std::string_view what) {
  for (const AlgorithmName& row : kAlgorithms) {
    if (row.name == name) return row.algorithm;
  }
  throw Error(ExitCode::kUsage,
              fmt::format("{}: '{}' is no algorithm for tokens", what, EscapeForDisplay(name)),
              "choose HS256, HS384 or HS512");
}

void CheckTokenSpec(const TokenSpec& spec, std::string_view what) {
  if (spec.secret.view().size() < TokenSpec::kMinSecretSize) {
    throw Error(
        ExitCode::kUsage,
        fmt::format("{}: the secret has {}, and it takes at least {}", what,
                    FormatCount(spec.secret.view().size(), "byte"), TokenSpec::kMinSecretSize),
        "make one with: openssl rand -hex 32");
  }
  if (spec.lifetime < std::chrono::seconds(1)) {
    throw Error(ExitCode::kUsage, fmt::format("{}: a token lives for a second at least", what),
                "write expiresIn like 15m or 7d");
  }
}

std::string SignToken(const TokenSpec& spec, ByteView claims, std::chrono::sys_seconds now) {
  for (const char* const name : {"iat", "exp"}) {
    if (FindElement(claims, name)) {
      throw Error(ExitCode::kRejected,
                  fmt::format("sign a token: claim {} is set by haul itself", name));
    }
  }
  jwt_t* made = nullptr;
  Check(jwt_new(&made), "a new token");
  const std::unique_ptr<jwt_t, void (*)(jwt_t*)> jwt(made, jwt_free);
  Check(jwt_add_grants_json(jwt.get(), ClaimsToJson(claims).c_str()), "the claims");
  Check(jwt_add_grant_int(jwt.get(), "iat", now.time_since_epoch().count()), "iat");
  Check(jwt_add_grant_int(jwt.get(), "exp", (now + spec.lifetime).time_since_epoch().count()),
        "exp");
  const std::string_view secret = spec.secret.view();
  Check(jwt_set_alg(jwt.get(), CodeOf(spec.algorithm), AsBytes(secret).data(),
                    static_cast<int>(secret.size())),
        "the secret");
  const std::unique_ptr<char, void (*)(void*)> text(jwt_encode_str(jwt.get()), std::free);
  Check(text == nullptr ? 1 : 0, "to sign");
  return text.get();
}

}  // namespace haul
