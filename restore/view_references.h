#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bson/document.h"

namespace haul {

/// A view's options with the collections that it reads under their new names.
struct RenamedView {
  Document options;
  std::vector<std::pair<std::string, std::string>> renamed;  ///< old name, new name; each once
};

/// Rewrites what a view reads: `viewOn`, and in its pipeline `from` of $lookup and $graphLookup and
/// what $unionWith names, also in the pipelines within. `new_name` answers nothing where a
/// collection keeps its name. Everything else stays as it is, byte for byte. Pure.
[[nodiscard]] RenamedView RenameReferences(
    const Document& options,
    const std::function<std::optional<std::string>(const std::string&)>& new_name);

}  // namespace haul
