#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bson/document.h"
#include "core/secret/password_scheme.h"
#include "core/secret/token.h"
#include "core/transform/transform.h"
#include "seed/compiler.h"
#include "seed/expression.h"
#include "seed/seed_value.h"

namespace haul {

/// What happens to a document whose key is there already.
enum class OnExisting : std::uint8_t {
  kSkip,
  kUpdate,   ///< the fields that the file names are set
  kReplace,  ///< the file's document stands in its place
  kError,    ///< it is a reject
};

struct HashedField {
  std::string field;
  PasswordScheme scheme;
};

struct TokenClaim {
  std::string name;
  std::string field;  ///< whose value it has; empty: a constant
  WrappedValue constant;
};

struct TokenField {
  std::string field;
  TokenSpec spec;
  std::vector<TokenClaim> claims;
  bool hash_only = false;  ///< only the token's SHA-256 is stored
};

/// A `$$seed` object, checked and ready; move-only.
struct SeedSettings {
  std::optional<std::string> collection;
  std::vector<std::string> key;
  OnExisting on_existing = OnExisting::kSkip;
  std::vector<Document> indexes;  ///< with names
  /// Those that are the same for all documents, and the hashing.
  Transform transform;
  std::vector<NamedExpression> defaults;  ///< all
  CompiledDocument of_defaults;           ///< what was learnt of them
  std::vector<HashedField> hashed;
  std::vector<TokenField> tokens;

  /// The default that is computed for each document, or null.
  [[nodiscard]] const Expression* ComputedDefault(std::string_view field) const;
  [[nodiscard]] bool HasDefault(std::string_view field) const;
  [[nodiscard]] bool IsHashed(std::string_view field) const;
  [[nodiscard]] bool IsToken(std::string_view field) const;
};

/// One of the `$$seed` objects that speak of a file.
struct SettingsPart {
  const SeedValue* object = nullptr;
  std::string file;              ///< as messages name it
  std::filesystem::path folder;  ///< that `secretFile` is relative to
};

/// The parts of a file's settings: what a later one says beats what an earlier one says, key by
/// key.
class SettingsText {
 public:
  explicit SettingsText(std::vector<SettingsPart> parts) : parts_(std::move(parts)) {}

  /// Empty: in every environment. Error kUsage as everywhere for a wrong value.
  [[nodiscard]] std::vector<std::string> Environments() const;
  [[nodiscard]] std::optional<std::string> Collection() const;

  struct Context {
    SeedCompiler::Context compiler;  ///< its file is replaced by the part's
    bool may_hash_weakly = false;    ///< bcrypt below cost 10
  };
  /// All of it. Error kUsage for what is unknown or wrong, and for a secret that is missing or too
  /// short.
  [[nodiscard]] SeedSettings Compile(const Context& context) const;

 private:
  struct Found {
    const SeedValue* value = nullptr;
    const SettingsPart* part = nullptr;
  };
  [[nodiscard]] Found Find(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> Texts(std::string_view key) const;

  std::vector<SettingsPart> parts_;
};

}  // namespace haul
