#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace YAML {
class Node;
}

namespace haul {

/// A YAML mapping. Throws Error kUsage, "what: line 1, column 2: cause", without quoting the text.
[[nodiscard]] YAML::Node ParseYamlObject(std::string_view text, std::string_view what);

/// JSON as people type it in a shell, {w:2, j:true}. It is YAML's flow style, except that YAML
/// wants a blank after the colon of a bare name.
[[nodiscard]] YAML::Node ParseLooseJsonObject(std::string_view text, std::string_view what);

/// The node as text. Throws Error kUsage where it is not a single value.
[[nodiscard]] std::string YamlScalar(const YAML::Node& node, std::string_view what);

}  // namespace haul
