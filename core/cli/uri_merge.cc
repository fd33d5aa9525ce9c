#include "core/cli/uri_merge.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

Error Contradiction(const std::string& present, const Setting& setting) {
  const std::string here = setting.secret ? "" : " " + EscapeForDisplay(*setting.value);
  const std::string there = setting.secret ? "" : " " + EscapeForDisplay(present);
  return {ExitCode::kUsage,
          fmt::format("--{}{} contradicts the connection string's {}{}", setting.option, here,
                      setting.uri_name, there),
          "say it in one of the two"};
}

}  // namespace

bool UriMerge::Replaces(const std::optional<std::string>& present, const Setting& setting) const {
  if (!setting.value || present == setting.value) return false;
  if (!present || setting.origin > origin_) return true;
  if (setting.origin == origin_) throw Contradiction(*present, setting);
  return false;
}

void UriMerge::MergeOption(const Setting& setting) {
  if (Replaces(uri_.Get(setting.uri_name), setting)) uri_.Set(setting.uri_name, *setting.value);
}

void UriMerge::Default(std::string_view name, std::string value) {
  if (!uri_.Get(name)) uri_.Set(name, std::move(value));
}

}  // namespace haul
