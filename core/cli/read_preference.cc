#include "core/cli/read_preference.h"

#include <fmt/format.h>
#include <strings.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/cli/yaml_text.h"

namespace haul {
namespace {

constexpr std::string_view kWhat = "read preference";
constexpr std::string_view kTags = "readPreferenceTags";
constexpr std::array kModes = {"primary", "primaryPreferred", "secondary", "secondaryPreferred",
                               "nearest"};

Error Bad(std::string_view complaint) {
  return {ExitCode::kUsage, fmt::format("{}: {}", kWhat, complaint),
          fmt::format("one of {}, or {{mode: nearest, tagSets: [{{dc: ny}}]}}",
                      fmt::join(kModes, ", "))};
}

std::string ParseMode(const std::string& text) {
  for (const char* mode : kModes) {
    if (strcasecmp(text.c_str(), mode) == 0) return mode;
  }
  throw Bad(fmt::format("unknown mode '{}'", EscapeForDisplay(text)));
}

std::string ParseStaleness(const std::string& text) {
  int seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, seconds);
  if (status == std::errc{} && rest == end && seconds == -1) return {};
  if (status != std::errc{} || rest != end || seconds < 90) {
    throw Bad("maxStalenessSeconds is not a whole number of at least 90");
  }
  return text;
}

// A connection string has no way to write these two inside a tag.
std::string Tag(const YAML::Node& node) {
  std::string text = YamlScalar(node, kWhat);
  if (text.find_first_of(",:") != std::string::npos) {
    throw Bad(fmt::format("tag '{}' holds ',' or ':'", EscapeForDisplay(text)));
  }
  return text;
}

std::string ParseTagSet(const YAML::Node& set) {
  if (!set.IsMap()) throw Bad("a tag set is not an object");
  std::string tags;
  for (const auto& tag : set) {
    tags += fmt::format("{}{}:{}", tags.empty() ? "" : ",", Tag(tag.first), Tag(tag.second));
  }
  return tags;
}

std::vector<std::string> ParseTagSets(const YAML::Node& node) {
  if (!node.IsSequence()) throw Bad("tagSets is not an array");
  std::vector<std::string> sets;
  for (const auto& set : node) sets.push_back(ParseTagSet(set));
  return sets;
}

const ReadPreference& Checked(const ReadPreference& preference) {
  const bool restricted = !preference.tag_sets.empty() || !preference.max_staleness_seconds.empty();
  if (preference.mode == "primary" && restricted) {
    throw Bad("mode primary takes neither tagSets nor maxStalenessSeconds");
  }
  return preference;
}

}  // namespace

ReadPreference ParseReadPreference(std::string_view text) {
  ReadPreference preference;
  if (!text.starts_with('{')) {
    preference.mode = ParseMode(std::string(text));
    return preference;
  }
  for (const auto& entry : ParseLooseJsonObject(text, kWhat)) {
    const std::string name = YamlScalar(entry.first, kWhat);
    if (name == "mode") {
      preference.mode = ParseMode(YamlScalar(entry.second, kWhat));
    } else if (name == "tagSets" || name == "tags") {
      preference.tag_sets = ParseTagSets(entry.second);
    } else if (name == "maxStalenessSeconds") {
      preference.max_staleness_seconds = ParseStaleness(YamlScalar(entry.second, kWhat));
    } else {
      throw Bad(fmt::format("unknown member '{}'", EscapeForDisplay(name)));
    }
  }
  return Checked(preference);
}

ReadPreference ReadPreferenceOf(const MongoUri& uri) {
  ReadPreference preference;
  if (const auto mode = uri.Get("readPreference")) preference.mode = ParseMode(*mode);
  for (const auto& [name, value] : uri.options) {
    if (strcasecmp(name.c_str(), kTags.data()) == 0) preference.tag_sets.push_back(value);
  }
  if (const auto seconds = uri.Get("maxStalenessSeconds")) {
    preference.max_staleness_seconds = ParseStaleness(*seconds);
  }
  return Checked(preference);
}

void SetReadPreference(MongoUri& uri, const ReadPreference& preference) {
  uri.Remove(kTags);
  uri.Remove("maxStalenessSeconds");
  uri.Set("readPreference", preference.mode);
  for (const std::string& tags : preference.tag_sets) uri.options.emplace_back(kTags, tags);
  if (!preference.max_staleness_seconds.empty()) {
    uri.Set("maxStalenessSeconds", preference.max_staleness_seconds);
  }
}

bool operator==(const ReadPreference& a, const ReadPreference& b) {
  return a.mode == b.mode && a.tag_sets == b.tag_sets &&
         a.max_staleness_seconds == b.max_staleness_seconds;
}

}  // namespace haul
