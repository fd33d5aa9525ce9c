#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/byte_buffer.h"
#include "core/bson/element.h"

namespace haul {

/// A value of a few bytes.
struct ShortValue {
  BsonType type = BsonType::kNull;
  std::array<std::uint8_t, 16> bytes = {};
  std::size_t size = 0;

  [[nodiscard]] ByteView view() const { return ByteView(bytes).first(size); }
};

/// The value of an Extended JSON wrapper that holds one string, {"name":"text"}: $oid, $date and
/// the four numbers, without a detour by a document. As UnwrapExtended() has it, but nothing for
/// any other wrapper and where the text does not fit.
[[nodiscard]] std::optional<ShortValue> UnwrapShort(std::string_view name, std::string_view text);

}  // namespace haul
