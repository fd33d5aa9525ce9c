#include "core/cli/yaml_text.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cstddef>

#include "core/base/error.h"

namespace haul {

YAML::Node ParseYamlObject(std::string_view text, std::string_view what) {
  // No option and no config file is longer; an alias bomb or a deep nest needs more.
  constexpr std::size_t kMaxBytes = 65536;
  if (text.size() > kMaxBytes) {
    throw Error(ExitCode::kUsage, fmt::format("{}: larger than 64 KiB", what));
  }
  YAML::Node node;
  try {
    node = YAML::Load(std::string(text));
  } catch (const YAML::Exception& error) {
    throw Error(ExitCode::kUsage,
                fmt::format("{}: line {}, column {}: {}", what, error.mark.line + 1,
                            error.mark.column + 1, error.msg));
  }
  if (!node.IsMap()) throw Error(ExitCode::kUsage, fmt::format("{}: not an object", what));
  return node;
}

YAML::Node ParseLooseJsonObject(std::string_view text, std::string_view what) {
  std::string spaced;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    spaced += c;
    if (quote == '"' && c == '\\' && i + 1 < text.size()) {
      spaced += text[++i];
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == ':') {
      spaced += ' ';
    }
  }
  return ParseYamlObject(spaced, what);
}

std::string YamlScalar(const YAML::Node& node, std::string_view what) {
  if (!node.IsScalar()) throw Error(ExitCode::kUsage, fmt::format("{}: not a single value", what));
  return node.Scalar();
}

}  // namespace haul
