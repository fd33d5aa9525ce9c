#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bson/element.h"

namespace haul {

/// A number as sign, digits and a power of ten: what numbers of different types are compared and
/// converted by. 0 has no digits and no sign. A value.
struct DecimalNumber {
  bool negative = false;
  std::string digits = {};  ///< neither begins nor ends with 0
  int exponent = 0;         ///< of ten, for the last digit; 0 for 0

  /// Nothing for what is no number, and for NaN and the infinities. A double is taken by its 34
  /// first digits, as servers compare it with a decimal.
  [[nodiscard]] static std::optional<DecimalNumber> Of(const Element& element);

  /// Nothing where it has a fraction or is out of range.
  [[nodiscard]] std::optional<std::int64_t> ToInteger() const;
  /// "-15E-1": the same text for equal numbers.
  [[nodiscard]] std::string ToText() const;
  /// Below 0, 0 or above 0.
  [[nodiscard]] int Compare(const DecimalNumber& other) const;
};

/// "1.10", "NaN": as AppendDecimal128() has it. `value` are 16 bytes.
[[nodiscard]] std::string DecimalText(ByteView value);

}  // namespace haul
