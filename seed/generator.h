#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "seed/expression.h"

namespace haul {

/// Where generated values stand: equal keys and counts give equal values, on every machine.
struct GeneratorSite {
  std::uint64_t key = 0;
  std::uint64_t first = 0;  ///< how many were generated here before
};

/// The key of a place, which has a name of its own.
[[nodiscard]] std::uint64_t GeneratorKey(std::uint64_t seed, std::string_view place);

/// "name", "email" (no two alike at one place) or "word"; null for another kind.
[[nodiscard]] ExpressionPtr GeneratorOf(std::string_view kind, GeneratorSite site);

struct GeneratedRange {
  BsonType type = BsonType::kInt64;  ///< of the value: kInt64 becomes an int32 where it fits
  std::int64_t from = 0;
  std::int64_t to = 0;  ///< may be the value, too
};
[[nodiscard]] ExpressionPtr RangeOf(GeneratedRange range, GeneratorSite site);

/// One of several, which are at least one.
[[nodiscard]] ExpressionPtr ChoiceOf(std::vector<ExpressionPtr> choices, GeneratorSite site);

/// An int32 where it fits, else an int64.
BsonType AppendInteger(std::int64_t value, ByteBuffer& out);

}  // namespace haul
