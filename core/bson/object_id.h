#pragma once

#include <array>
#include <cstdint>

namespace haul {

/// The twelve bytes of an ObjectId.
using ObjectIdBytes = std::array<std::uint8_t, 12>;

/// A fresh ObjectId, as drivers make them: seconds, a part of this process, a counter.
/// https://github.com/mongodb/specifications/blob/master/source/bson-objectid/objectid.md
/// Thread-safe.
[[nodiscard]] ObjectIdBytes NewObjectId();

}  // namespace haul
