#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/bson/document.h"

namespace haul {

/// Indexes by the name of their collection.
using SystemIndexes = std::map<std::string, std::vector<Document>>;

/// What system.indexes.bson holds: before version 2.2 a dump had the indexes of all collections of
/// a database there, and no metadata files. The specifications come as metadata has them, without
/// the _id that they had as documents. Error kCorrupt for what holds anything but indexes.
[[nodiscard]] SystemIndexes ParseSystemIndexes(std::string_view content);

}  // namespace haul
