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

std::string YamlScalar(const YAML::Node& node, std::string_view what) {
  if (!node.IsScalar()) throw Error(ExitCode::kUsage, fmt::format("{}: not a single value", what));
  return node.Scalar();
}

}  // namespace haul
