#pragma once

#include <string>
#include <vector>

#include "core/plan/collection_spec.h"

namespace haul {

/// The names of the options in which two collections differ, sorted: what a collection that stays
/// does not get from a dump. Numbers are compared as numbers, because servers store a size in one
/// type or another; options that a server sets by itself are passed over. Pure.
[[nodiscard]] std::vector<std::string> DifferingOptions(const CollectionSpec& a,
                                                        const CollectionSpec& b);

}  // namespace haul
