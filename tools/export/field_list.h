#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/bson/document.h"

namespace haul {

/// "a, b.c" as --fields takes it: blanks around names do not count. Error kUsage for an empty name
/// or one given twice; `what` names the option.
[[nodiscard]] std::vector<std::string> SplitFields(std::string_view list, std::string_view what);

/// One name a line as --fieldFile takes it; empty lines do not count. Error kUsage where the file
/// cannot be read or holds no name.
[[nodiscard]] std::vector<std::string> ReadFieldFile(const std::string& path);

/// {_id: 1, a: 1, …}: asks the server for the top-level fields that the paths begin at, because a
/// projection cannot reach into arrays by number; a path that ends in .$ is passed as it is.
[[nodiscard]] Document ProjectionOf(const std::vector<std::string>& fields);

/// The columns of a table: the fields, without the .$ at the end of one.
[[nodiscard]] std::vector<std::string> ColumnsOf(const std::vector<std::string>& fields);

}  // namespace haul
