#include "core/transform/decimal_number.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/bson/decimal128.h"
#include "core/bson/element_scan.h"

namespace haul {
namespace {

// Of a text of sign, digits, a point and an exponent, each but the digits as may be.
DecimalNumber Parse(std::string_view text) {
  DecimalNumber number;
  number.negative = text.starts_with('-');
  if (number.negative) text.remove_prefix(1);
  const std::size_t exponent_at = text.find_first_of("eE");
  if (exponent_at != std::string_view::npos) {
    std::string_view exponent = text.substr(exponent_at + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), number.exponent);
    text = text.substr(0, exponent_at);
  }
  const std::size_t point = text.find('.');
  number.digits = text.substr(0, point);
  if (point != std::string_view::npos) {
    number.digits += text.substr(point + 1);
    number.exponent -= static_cast<int>(text.size() - point - 1);
  }
  number.digits.erase(0, number.digits.find_first_not_of('0'));
  while (number.digits.ends_with('0')) {
    number.digits.pop_back();
    ++number.exponent;
  }
  if (number.digits.empty()) return {};
  return number;
}

}  // namespace

std::string DecimalText(ByteView value) {
  ByteBuffer text;
  JsonText json(text);
  AppendDecimal128(value, json);
  return std::string(AsText(text.view()));
}

std::optional<DecimalNumber> DecimalNumber::Of(const Element& element) {
  switch (element.type) {
    case BsonType::kInt32:
    case BsonType::kInt64:
      return Parse(fmt::format_int(*element.AsInteger()).c_str());
    case BsonType::kDouble: {
      const double value = LoadDouble(element.value.data());
      if (!std::isfinite(value)) return std::nullopt;
      return Parse(fmt::format("{:.33e}", value));
    }
    case BsonType::kDecimal128: {
      const std::string text = DecimalText(element.value);
      if (text.find('N') != std::string::npos || text.find('I') != std::string::npos) {
        return std::nullopt;
      }
      return Parse(text);
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> DecimalNumber::ToInteger() const {
  constexpr int kMostDigits = 19;
  if (exponent < 0 || exponent + static_cast<int>(digits.size()) > kMostDigits) return std::nullopt;
  std::string text = negative ? "-" : "";
  text += digits.empty() ? "0" : digits;
  text.append(static_cast<std::size_t>(exponent), '0');
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string DecimalNumber::ToText() const {
  return fmt::format("{}{}E{}", negative ? "-" : "", digits, exponent);
}

int DecimalNumber::Compare(const DecimalNumber& other) const {
  const auto sign = [](const DecimalNumber& n) {
    return n.digits.empty() ? 0 : n.negative ? -1 : 1;
  };
  if (sign(*this) != sign(other)) return sign(*this) - sign(other);
  const auto magnitude = [](const DecimalNumber& n) {
    return n.exponent + static_cast<int>(n.digits.size());
  };
  int order = magnitude(*this) - magnitude(other);
  // Digits after the same point: text order is number's order.
  if (order == 0) order = digits.compare(other.digits);
  return negative ? -order : order;
}

}  // namespace haul
