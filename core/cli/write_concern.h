#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace haul {

struct WriteConcern {
  std::string w = "majority";  ///< a number, "majority" or a tag set's name
  std::optional<bool> journal = {};
  std::optional<std::chrono::milliseconds> timeout = {};

  /// The number that `w` is, nothing where it is a word.
  [[nodiscard]] std::optional<int> Nodes() const;
};

/// `1`, `majority`, or JSON as mongorestore takes it: `{w: 2, j: true, wtimeout: 5000}`. Throws
/// Error kUsage.
[[nodiscard]] WriteConcern ParseWriteConcern(std::string_view text);

}  // namespace haul
