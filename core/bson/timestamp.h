#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haul {

/// A BSON timestamp: a place in the oplog, and what servers call a cluster time. Times are ordered
/// as the operations are.
struct Timestamp {
  std::uint32_t seconds = 0;
  std::uint32_t increment = 0;

  /// "1767323045:2", as manifests and messages have it.
  [[nodiscard]] std::string ToString() const;
  auto operator<=>(const Timestamp&) const = default;
};

/// The inverse of Timestamp::ToString(); nothing for any other text.
[[nodiscard]] std::optional<Timestamp> ParseTimestamp(std::string_view text);

}  // namespace haul
