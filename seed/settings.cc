#include "seed/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/transform/transform_builder.h"
#include "seed/seed_text.h"
#include "seed/token_settings.h"

namespace haul {
namespace {

constexpr std::array<std::string_view, 8> kKeys = {
    "collection", "defaults", "environments", "hash", "indexes", "key", "onExisting", "tokens"};
constexpr int kWeakCost = 10;

[[noreturn]] void Fail(const SettingsPart& part, const SeedPlace& place, std::string_view cause,
                       std::string hint = {}) {
  throw Error(ExitCode::kUsage,
              fmt::format("{}: line {}, {}: {}", EscapeForDisplay(part.file), place.value.line,
                          EscapeForDisplay(place.path), cause),
              std::move(hint));
}

std::string PathOf(std::string_view key) { return fmt::format("$$seed.{}", key); }

void RefuseUnknown(const SettingsPart& part) {
  for (const auto& [key, value] : part.object->members) {
    if (std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) continue;
    Fail(part, {value, PathOf(key)}, fmt::format("'{}' is no setting", EscapeForDisplay(key)),
         fmt::format("there are {}", fmt::join(kKeys, ", ")));
  }
}

OnExisting ReadOnExisting(const SettingsPart& part, const SeedValue& value) {
  const auto text =
      value.kind == SeedValue::Kind::kScalar ? value.AsElement().AsString() : std::nullopt;
  if (text == "skip") return OnExisting::kSkip;
  if (text == "update") return OnExisting::kUpdate;
  if (text == "replace") return OnExisting::kReplace;
  if (text == "error") return OnExisting::kError;
  Fail(part, {value, PathOf("onExisting")}, "skip, update, replace or error is expected");
}

// As the server and its shell name an index that has no name: "email_1_tenant_-1".
std::string IndexName(const SettingsPart& part, const SeedPlace& place, const SeedValue& key) {
  std::string name;
  for (const auto& [field, value] : key.members) {
    const Element element = value.AsElement();
    const auto number = element.AsInteger();
    const auto text = element.AsString();
    if (value.kind != SeedValue::Kind::kScalar || (!number && !text)) {
      Fail(part, place, "a key is {\"FIELD\": 1 or -1, …}");
    }
    if (!name.empty()) name += '_';
    name += fmt::format("{}_{}", field, number ? fmt::to_string(*number) : std::string(*text));
  }
  return name;
}

std::vector<Document> ReadIndexes(const SettingsPart& part, const SeedValue& value) {
  const std::string path = PathOf("indexes");
  if (!value.IsArray()) Fail(part, {value, path}, "an array of indexes is expected");
  std::vector<Document> indexes;
  for (const auto& member : value.members) {
    const SeedPlace place{member.value, fmt::format("{}[{}]", path, indexes.size())};
    const SeedValue* key = member.value.Find("key");
    if (key == nullptr || !key->IsObject() || key->members.empty()) {
      Fail(part, place, "an index is {\"key\": {\"FIELD\": 1}, …}");
    }
    ByteBuffer bytes;
    AppendPlainBson(member.value, bytes);
    Document index(bytes.view());
    if (member.value.Find("name") == nullptr) {
      BSON_APPEND_UTF8(index.bson(), "name", IndexName(part, place, *key).c_str());
    }
    indexes.push_back(std::move(index));
  }
  return indexes;
}

std::vector<HashedField> ReadHashed(const SettingsPart& part, const SeedValue& value,
                                    bool may_hash_weakly) {
  const std::string path = PathOf("hash");
  if (!value.IsObject()) Fail(part, {value, path}, "an object of fields is expected");
  std::vector<HashedField> fields;
  for (const auto& [field, scheme] : value.members) {
    const SeedPlace place{scheme, fmt::format("{}.{}", path, field)};
    if (!scheme.IsObject()) Fail(part, place, "{\"alg\": \"bcrypt\" or \"argon2id\"} is expected");
    if (field == "_id" || field.empty() || field.find('.') != std::string::npos) {
      Fail(part, place, "a top-level field other than _id is expected");
    }
    ByteBuffer bytes;
    AppendPlainBson(scheme, bytes);
    HashedField hashed{field,
                       ReadPasswordScheme(bytes.view(), fmt::format("{}: line {}, {}", part.file,
                                                                    scheme.line, place.path))};
    if (hashed.scheme.algorithm == PasswordScheme::Algorithm::kBcrypt &&
        hashed.scheme.cost < kWeakCost && !may_hash_weakly) {
      Fail(part, place, fmt::format("a cost below {} is too weak", kWeakCost),
           "it is allowed with --env development and --env test only");
    }
    fields.push_back(std::move(hashed));
  }
  return fields;
}

void CompileDefaults(const SettingsPart& part, const SeedValue& value, SeedCompiler& compiler,
                     SeedSettings& settings) {
  const std::string path = PathOf("defaults");
  if (!value.IsObject()) Fail(part, {value, path}, "an object of fields is expected");
  for (const auto& [field, fallback] : value.members) {
    const SeedPlace place{fallback, fmt::format("{}.{}", path, field)};
    if (field == "_id" || field.empty() || field.starts_with('$') ||
        field.find('.') != std::string::npos) {
      Fail(part, place, "a top-level field other than _id is expected");
    }
    settings.defaults.push_back({field, compiler.CompileField(field, place, settings.of_defaults)});
  }
  if (!settings.of_defaults.references.empty()) {
    Fail(part, {value, path}, "a default is no $$ref");
  }
}

Transform TransformOf(const SeedSettings& settings, const SeedRun& run) {
  // No step of it masks, so the key is never used.
  TransformBuilder builder(KeyedHash::Random(), run.now);
  for (const auto& [field, value] : settings.defaults) {
    const Constant* constant = value->AsConstant();
    if (constant == nullptr) continue;
    builder.Default(FieldPath(field, PathOf("defaults")),
                    {constant->value().type, constant->value().bytes});
  }
  for (const HashedField& hashed : settings.hashed) {
    builder.Hash(FieldPath(hashed.field, PathOf("hash")), hashed.scheme);
  }
  return builder.Build();
}

template <typename Fields>
bool Has(const Fields& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const auto& row) { return row.field == name; });
}

void CheckKey(const SettingsPart& part, const SeedValue& value, const SeedSettings& settings) {
  for (const std::string& field : settings.key) {
    if (!settings.IsHashed(field) && !settings.IsToken(field)) continue;
    Fail(part, {value, PathOf("key")},
         fmt::format("{} is hashed or a token, so it tells no document from another",
                     EscapeForDisplay(field)));
  }
}

}  // namespace

const Expression* SeedSettings::ComputedDefault(std::string_view field) const {
  for (const NamedExpression& row : defaults) {
    if (row.key == field && row.value->AsConstant() == nullptr) return row.value.get();
  }
  return nullptr;
}

bool SeedSettings::HasDefault(std::string_view field) const {
  return std::any_of(defaults.begin(), defaults.end(),
                     [&](const NamedExpression& row) { return row.key == field; });
}

bool SeedSettings::IsHashed(std::string_view field) const { return Has(hashed, field); }
bool SeedSettings::IsToken(std::string_view field) const { return Has(tokens, field); }

SettingsText::Found SettingsText::Find(std::string_view key) const {
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
    const SeedValue* value = part->object->Find(key);
    if (value != nullptr) return {value, &*part};
  }
  return {};
}

std::vector<std::string> SettingsText::Texts(std::string_view key) const {
  const Found found = Find(key);
  if (found.value == nullptr) return {};
  std::vector<std::string> texts;
  const auto fail = [&] {
    Fail(*found.part, {*found.value, PathOf(key)}, "a name or an array of names is expected");
  };
  const auto add = [&](const SeedValue& one) {
    const bool scalar = one.kind == SeedValue::Kind::kScalar;
    const auto text = scalar ? one.AsElement().AsString() : std::nullopt;
    if (!text || text->empty()) return fail();
    texts.emplace_back(*text);
  };
  if (!found.value->IsArray()) add(*found.value);
  for (const SeedMember& member : found.value->members) add(member.value);
  if (texts.empty()) fail();
  return texts;
}

std::vector<std::string> SettingsText::Environments() const { return Texts("environments"); }

std::optional<std::string> SettingsText::Collection() const {
  std::vector<std::string> names = Texts("collection");
  if (names.empty()) return std::nullopt;
  if (names.size() > 1) {
    const auto [value, part] = Find("collection");
    Fail(*part, {*value, PathOf("collection")}, "one name is expected");
  }
  return std::move(names.front());
}

SeedSettings SettingsText::Compile(const Context& context) const {
  for (const SettingsPart& part : parts_) RefuseUnknown(part);
  SeedSettings settings;
  settings.collection = Collection();
  settings.key = Texts("key");
  if (const auto [value, part] = Find("onExisting"); value != nullptr) {
    settings.on_existing = ReadOnExisting(*part, *value);
  }
  if (const auto [value, part] = Find("indexes"); value != nullptr) {
    settings.indexes = ReadIndexes(*part, *value);
  }
  if (const auto [value, part] = Find("hash"); value != nullptr) {
    settings.hashed = ReadHashed(*part, *value, context.may_hash_weakly);
  }
  const auto compiler_of = [&](const SettingsPart& part) {
    SeedCompiler::Context inner = context.compiler;
    inner.file = part.file;
    return SeedCompiler(std::move(inner));
  };
  if (const auto [value, part] = Find("defaults"); value != nullptr) {
    SeedCompiler compiler = compiler_of(*part);
    CompileDefaults(*part, *value, compiler, settings);
  }
  if (const auto [value, part] = Find("tokens"); value != nullptr) {
    SeedCompiler compiler = compiler_of(*part);
    ReadTokens({*value, PathOf("tokens")}, *part, compiler, settings);
  }
  settings.transform = TransformOf(settings, context.compiler.run);
  if (const auto [value, part] = Find("key"); value != nullptr) CheckKey(*part, *value, settings);
  return settings;
}

}  // namespace haul
