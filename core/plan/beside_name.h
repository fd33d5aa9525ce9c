#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace haul {

/// "haul.<run>.<number>": the collection that haul-restore --drop fills beside the one that it will
/// take the place of, in the same database. Whatever bears such a name when no restore is going on
/// was left by one that was killed, and is never the only place of a document that was not in its
/// dump.
[[nodiscard]] std::string BesideName(std::string_view run, std::size_t number);

/// A run's name: 28 lower-case hexadecimal digits.
inline constexpr std::size_t kRunDigits = 28;

/// The run, where `collection` is exactly such a name.
[[nodiscard]] std::optional<std::string> RunOfBesideName(std::string_view collection);

}  // namespace haul
