#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bson/bson_output.h"
#include "formats/date_layout.h"

namespace haul {

/// What the cells of a column become.
class CellType {
 public:
  enum class Kind : std::uint8_t {
    kAuto,  ///< int32, else int64, else double, else string
    kString,
    kInt32,
    kInt64,
    kDouble,
    kDecimal,
    kBoolean,  ///< true and false in any case, 1, 0
    kBase64,   ///< binary of subtype 0, as the next two
    kBase32,
    kHex,
    kDate,
  };

  CellType() = default;  ///< auto
  /// A type as --columnsHaveTypes has it: "int32" and "", "date_ms" and "yyyy-MM-dd". Error kUsage
  /// with the cause, for an argument that the type does not take too.
  CellType(std::string_view name, std::string_view argument);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Appends the value and sets the type of the element, which stands at `type_at`. False where the
  /// text is no such value: then nothing is appended. An empty text is an empty string or binary
  /// and none of the others. Never loses anything but digits that a double does not hold.
  [[nodiscard]] bool Append(std::string_view text, std::size_t type_at, BsonOutput& out) const;

 private:
  std::string name_ = "auto";
  Kind kind_ = Kind::kAuto;
  DateLayout layout_;
};

}  // namespace haul
