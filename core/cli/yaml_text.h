#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace YAML {
class Node;
}

namespace haul {

/// JSON as people type it in a shell ({w: 2, j: true}) is YAML's flow style. Throws Error kUsage:
/// "what: not a JSON object", without quoting the text.
[[nodiscard]] YAML::Node ParseYamlObject(std::string_view text, std::string_view what);

/// The node as text. Throws Error kUsage where it is not a single value.
[[nodiscard]] std::string YamlScalar(const YAML::Node& node, std::string_view what);

}  // namespace haul
