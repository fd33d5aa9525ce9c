#include "core/bson/json_number.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "core/bson/extended_json_wrapper.h"

namespace haul {
namespace {

// As many digits as always fit in 64 bits.
constexpr std::size_t kSafeDigits = 18;
constexpr std::uint64_t kExactInDouble = std::uint64_t{1} << 53;
constexpr std::array<double, 23> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                            1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

struct Scan {
  const char* at;
  const char* end;
  std::uint64_t value = 0;  // of all digits; only right up to kSafeDigits of them
  std::size_t digits = 0;

  // False where no digit stands there.
  bool Digits() {
    const char* const begin = at;
    while (at != end && *at >= '0' && *at <= '9') {
      value = value * 10 + static_cast<std::uint64_t>(*at - '0');
      ++at;
    }
    digits += static_cast<std::size_t>(at - begin);
    return at != begin;
  }
  bool Take(char c) {
    if (at == end || *at != c) return false;
    ++at;
    return true;
  }
};

JsonNumber Integer(std::int64_t value, std::size_t size) {
  using Int32 = std::numeric_limits<std::int32_t>;
  const bool small = value >= Int32::min() && value <= Int32::max();
  return {small ? JsonNumber::Kind::kInt32 : JsonNumber::Kind::kInt64, size, value, 0};
}

JsonNumber Real(std::string_view text) {
  const std::optional<double> value = ParseDouble(text);
  if (!value) return {JsonNumber::Kind::kOutOfRange, text.size(), 0, 0};
  return {JsonNumber::Kind::kDouble, text.size(), 0, *value};
}

JsonNumber Whole(std::string_view text, bool negative, std::uint64_t size, std::size_t digits) {
  if (digits <= kSafeDigits) {
    const auto value = static_cast<std::int64_t>(size);
    return Integer(negative ? -value : value, text.size());
  }
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? Integer(value, text.size()) : Real(text);
}

}  // namespace

JsonNumber ReadJsonNumber(std::string_view text) {
  Scan scan{text.data(), text.data() + text.size()};
  const auto so_far = [&] {
    return text.substr(0, static_cast<std::size_t>(scan.at - text.data()));
  };
  const auto nothing = [&] { return JsonNumber{JsonNumber::Kind::kNone, so_far().size(), 0, 0}; };
  const bool negative = scan.Take('-');
  if (scan.Take('0')) {
    scan.digits = 1;
  } else if (!scan.Digits()) {
    return nothing();
  }
  const std::size_t whole_digits = scan.digits;
  const std::size_t whole_size = so_far().size();
  if (scan.Take('.') && !scan.Digits()) return nothing();
  const std::uint64_t mantissa = scan.value;
  const std::size_t digits = scan.digits;
  const std::size_t size = so_far().size();
  if (scan.Take('e') || scan.Take('E')) {
    if (!scan.Take('+')) scan.Take('-');
    if (!scan.Digits()) return nothing();
    return Real(so_far());
  }
  if (size == whole_size) return Whole(so_far(), negative, mantissa, digits);
  if (digits > kSafeDigits || mantissa >= kExactInDouble) return Real(so_far());
  // Both parts are exact, so that the quotient is the nearest double.
  const double value = static_cast<double>(mantissa) / kPowers[digits - whole_digits];
  return {JsonNumber::Kind::kDouble, size, 0, negative ? -value : value};
}

}  // namespace haul
