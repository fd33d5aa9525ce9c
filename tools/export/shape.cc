#include "tools/export/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/cli/small_file.h"
#include "tools/export/field_list.h"

namespace haul {
namespace {

constexpr const char* kKeyVariable = "HAUL_MASK_KEY";

std::chrono::sys_time<std::chrono::milliseconds> Now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::optional<KeyedHash> KeyOf(const ShapeFlags& flags, const Environment& environment) {
  if (flags.mask_key_file) {
    return KeyedHash::FromKey(ReadSecretFile(*flags.mask_key_file), "--maskKeyFile");
  }
  const auto key = environment.Get(kKeyVariable);
  if (!key) return std::nullopt;
  return KeyedHash::FromKey(*key, kKeyVariable);
}

std::vector<std::string> NamesOf(const std::optional<std::string>& list) {
  return list ? SplitFields(*list, "--sanitizeFields") : std::vector<std::string>();
}

}  // namespace

Shape::Shape(ShapeFlags flags, const Environment& environment)
    : flags_(std::move(flags)),
      key_(KeyOf(flags_, environment).value_or(KeyedHash::Random())),
      now_(Now()) {
  if (flags_.transform) steps_.emplace(ReadTextFile(*flags_.transform), *flags_.transform);
  TransformBuilder builder(key_, now_);
  if (steps_) {
    for (const std::string& pattern : steps_->patterns()) steps_->AddTo(builder, pattern);
  }
  Build(builder);
  const bool known_key = flags_.mask_key_file || environment.Get(kKeyVariable);
  random_key_ = builder.uses_mask_key() && !known_key;
}

void Shape::Build(TransformBuilder& builder) const {
  if (flags_.sanitize || flags_.sanitize_fields) {
    builder.Sanitize(NamesOf(flags_.sanitize_fields));
  }
  if (flags_.exclude_fields) builder.Exclude(*flags_.exclude_fields, "--excludeFields");
  for (const std::string& mask : flags_.masks) builder.Mask(mask, "--mask");
}

Transform Shape::For(const Namespace& ns) const {
  TransformBuilder builder(key_, now_);
  if (steps_) steps_->AddTo(builder, ns.ToString());
  Build(builder);
  return builder.Build();
}

bool Shape::empty() const {
  return !steps_ && !flags_.sanitize && !flags_.sanitize_fields && !flags_.exclude_fields &&
         flags_.masks.empty();
}

std::vector<std::string> Shape::Unmatched(const std::vector<Namespace>& exported) const {
  if (!steps_) return {};
  std::vector<std::string> patterns = steps_->patterns();
  std::erase_if(patterns, [&](const std::string& text) {
    const auto pattern = NamespacePattern::FromStars(text, "--transform");
    return std::ranges::any_of(exported,
                               [&](const Namespace& ns) { return pattern.Matches(ns.ToString()); });
  });
  return patterns;
}

bool Shape::MatchesAny(const std::vector<Namespace>& exported) const {
  return steps_ && std::ranges::any_of(exported, [&](const Namespace& ns) {
           return steps_->Matches(ns.ToString());
         });
}

Document Shape::Description() const {
  Document description;
  bson_t* const to = description.bson();
  const auto text = [to](const char* name, const std::optional<std::string>& value) {
    if (value) BSON_APPEND_UTF8(to, name, value->c_str());
  };
  text("transform", flags_.transform);
  if (flags_.sanitize || flags_.sanitize_fields) BSON_APPEND_BOOL(to, "sanitize", true);
  text("sanitizeFields", flags_.sanitize_fields);
  text("excludeFields", flags_.exclude_fields);
  if (flags_.masks.empty()) return description;
  bson_t masks;
  BSON_APPEND_ARRAY_BEGIN(to, "mask", &masks);
  for (std::size_t i = 0; i < flags_.masks.size(); ++i) {
    BSON_APPEND_UTF8(&masks, std::to_string(i).c_str(), flags_.masks[i].c_str());
  }
  bson_append_array_end(to, &masks);
  return description;
}

}  // namespace haul
