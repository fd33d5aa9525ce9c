#include "seed/token_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/cli/environment.h"
#include "core/cli/small_file.h"

namespace haul {
namespace {

constexpr std::array<std::string_view, 6> kKeys = {"alg",       "claims",     "expiresIn",
                                                   "secretEnv", "secretFile", "store"};

/// One entry of `tokens`: messages name its place.
class TokenReader {
 public:
  TokenReader(const SeedPlace& place, const SettingsPart& part, SeedCompiler& compiler)
      : place_(place), part_(part), compiler_(compiler) {}

  [[nodiscard]] TokenField Read(std::string field, const SeedRun& run) const {
    if (!place_.value.IsObject()) compiler_.Fail(place_, "an object is expected");
    for (const auto& [key, value] : place_.value.members) {
      if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) continue;
      compiler_.Fail({value, Path(key)},
                     fmt::format("'{}' is no setting of a token", EscapeForDisplay(key)),
                     fmt::format("there are {}", fmt::join(kKeys, ", ")));
    }
    if (field == "_id" || field.empty() || field.find('.') != std::string::npos) {
      compiler_.Fail(place_, "a token goes into a top-level field other than _id");
    }
    TokenField token;
    token.field = std::move(field);
    token.spec.algorithm = ParseTokenAlgorithm(Text("alg").value_or("HS256"), What("alg"));
    token.spec.secret = Secret(run);
    const auto lifetime = Text("expiresIn");
    if (!lifetime)
      compiler_.Fail(place_, "expiresIn is missing", "write it like \"15m\" or \"7d\"");
    token.spec.lifetime =
        std::chrono::duration_cast<std::chrono::seconds>(ParseDuration(*lifetime));
    CheckTokenSpec(token.spec, What(""));
    const auto store = Text("store");
    if (store && *store != "sha256" && *store != "token") {
      compiler_.Fail({*place_.value.Find("store"), Path("store")}, "\"sha256\" is expected");
    }
    token.hash_only = store == "sha256";
    token.claims = Claims();
    return token;
  }

  [[nodiscard]] std::string Path(std::string_view key) const {
    return fmt::format("{}.{}", place_.path, key);
  }

 private:
  [[nodiscard]] std::string What(std::string_view key) const {
    return fmt::format("{}: line {}, {}", EscapeForDisplay(part_.file), place_.value.line,
                       EscapeForDisplay(key.empty() ? place_.path : Path(key)));
  }

  [[nodiscard]] std::optional<std::string> Text(std::string_view key) const {
    const SeedValue* value = place_.value.Find(key);
    if (value == nullptr) return std::nullopt;
    const auto text =
        value->kind == SeedValue::Kind::kScalar ? value->AsElement().AsString() : std::nullopt;
    if (!text || text->empty()) compiler_.Fail({*value, Path(key)}, "a string is expected");
    return std::string(*text);
  }

  [[nodiscard]] SecretText Secret(const SeedRun& run) const {
    const auto variable = Text("secretEnv");
    const auto file = Text("secretFile");
    if (variable.has_value() == file.has_value()) {
      compiler_.Fail(place_, "one of secretEnv and secretFile is expected",
                     "a secret never stands in a seed file itself");
    }
    if (file) {
      try {
        return SecretText(ReadSecretFile((part_.folder / *file).string()));
      } catch (const Error& error) {
        compiler_.Fail({*place_.value.Find("secretFile"), Path("secretFile")}, error.message(),
                       error.hint());
      }
    }
    const auto secret = run.environment == nullptr ? std::nullopt : run.environment->Get(*variable);
    if (secret) return SecretText(*secret);
    compiler_.Fail(
        {*place_.value.Find("secretEnv"), Path("secretEnv")},
        fmt::format("the environment variable {} is not set", EscapeForDisplay(*variable)),
        "set it to at least 32 random bytes, or put it into the file of --envFile");
  }

  [[nodiscard]] std::vector<TokenClaim> Claims() const {
    std::vector<TokenClaim> claims;
    const SeedValue* value = place_.value.Find("claims");
    if (value == nullptr) return claims;
    if (!value->IsObject()) compiler_.Fail({*value, Path("claims")}, "an object is expected");
    for (const auto& [name, claim] : value->members) {
      claims.push_back(Claim(name, {claim, fmt::format("{}.{}", Path("claims"), name)}));
    }
    return claims;
  }

  // "$email" is the value of a field, all else stands for itself.
  [[nodiscard]] TokenClaim Claim(const std::string& name, const SeedPlace& place) const {
    if (name == "iat" || name == "exp") {
      compiler_.Fail(place, fmt::format("{} is set by haul", name));
    }
    const auto text = place.value.kind == SeedValue::Kind::kScalar
                          ? place.value.AsElement().AsString()
                          : std::nullopt;
    if (text && text->starts_with('$') && !text->starts_with("$$")) {
      if (text->size() == 1) compiler_.Fail(place, "the name of a field is expected behind '$'");
      return {.name = name, .field = std::string(text->substr(1)), .constant = {}};
    }
    CompiledDocument learnt;
    const ExpressionPtr value = compiler_.CompileField(name, place, learnt);
    const Constant* constant = value->AsConstant();
    if (constant == nullptr) {
      compiler_.Fail(place, "a claim is a field (\"$email\") or a value that is always the same");
    }
    return {.name = name, .field = {}, .constant = constant->value()};
  }

  const SeedPlace& place_;
  const SettingsPart& part_;
  SeedCompiler& compiler_;
};

bool Overlap(std::string_view field, std::string_view other) {
  const std::string_view longer = field.size() > other.size() ? field : other;
  const std::string_view shorter = field.size() > other.size() ? other : field;
  return longer.starts_with(shorter) &&
         (longer.size() == shorter.size() || longer[shorter.size()] == '.');
}

void RefuseSecretClaims(const SeedPlace& place, const SeedCompiler& compiler,
                        const SeedSettings& settings) {
  const auto is_secret = [&](const std::string& field) {
    const auto overlaps = [&](const auto& row) { return Overlap(field, row.field); };
    return std::any_of(settings.hashed.begin(), settings.hashed.end(), overlaps) ||
           std::any_of(settings.tokens.begin(), settings.tokens.end(), overlaps);
  };
  for (const TokenField& token : settings.tokens) {
    for (const TokenClaim& claim : token.claims) {
      if (claim.field.empty() || !is_secret(claim.field)) continue;
      const SeedValue& claims = *place.value.Find(token.field)->Find("claims");
      compiler.Fail({*claims.Find(claim.name),
                     fmt::format("{}.{}.claims.{}", place.path, token.field, claim.name)},
                    fmt::format("the field {} is hashed or a token, and no claim may tell it",
                                EscapeForDisplay(claim.field)));
    }
  }
}

}  // namespace

void ReadTokens(const SeedPlace& place, const SettingsPart& part, SeedCompiler& compiler,
                SeedSettings& settings) {
  if (!place.value.IsObject()) compiler.Fail(place, "an object of fields is expected");
  for (const auto& [field, value] : place.value.members) {
    const SeedPlace inner{value, fmt::format("{}.{}", place.path, field)};
    if (settings.IsHashed(field)) {
      compiler.Fail(inner, "the field is hashed, so it cannot hold a token");
    }
    settings.tokens.push_back(TokenReader(inner, part, compiler).Read(field, compiler.run()));
  }
  RefuseSecretClaims(place, compiler, settings);
}

}  // namespace haul
