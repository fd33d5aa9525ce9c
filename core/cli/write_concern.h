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

/// What a run writes with: the value of --writeConcern, else the URI's, else majority. Throws Error
/// kUsage where both are given and differ.
[[nodiscard]] WriteConcern ChooseWriteConcern(const std::string& flag,
                                              const std::optional<WriteConcern>& of_uri);

/// The member `writeConcern` of a command, in JSON. Unacknowledged documents could not be counted,
/// so w: 0 becomes 1.
[[nodiscard]] std::string ToJson(const WriteConcern& concern);

}  // namespace haul
