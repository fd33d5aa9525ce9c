#include "core/bson/decimal128.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/bson/element_scan.h"

namespace haul {
namespace {

__extension__ using Coefficient = unsigned __int128;

constexpr std::size_t kMostDigits = 34;
constexpr int kExponentBias = 6176;

constexpr Coefficient TenTo(std::size_t power) {
  Coefficient value = 1;
  for (std::size_t i = 0; i < power; ++i) value *= 10;
  return value;
}

/// The digits of a coefficient, the first of which is 0 only in "0".
class Digits {
 public:
  explicit Digits(Coefficient value) {
    do {
      const auto digit = static_cast<unsigned>(value % 10);
      text_[--begin_] = static_cast<char>('0' + digit);
      value /= 10;
    } while (value != 0);
  }
  [[nodiscard]] std::string_view text() const {
    return {text_.data() + begin_, text_.size() - begin_};
  }

 private:
  std::array<char, kMostDigits> text_;
  std::size_t begin_ = kMostDigits;
};

void AppendScientific(std::string_view digits, int adjusted, JsonText& json) {
  json.Raw(digits.front());
  if (digits.size() > 1) json.Raw('.');
  json.Raw(digits.substr(1));
  json.Raw(adjusted < 0 ? "E-" : "E+");
  json.Integer(std::abs(adjusted));
}

// `after` digits stand behind the point.
void AppendPlain(std::string_view digits, std::size_t after, JsonText& json) {
  if (after == 0) return json.Raw(digits);
  if (digits.size() > after) {
    json.Raw(digits.substr(0, digits.size() - after));
    json.Raw('.');
    return json.Raw(digits.substr(digits.size() - after));
  }
  json.Raw("0.");
  for (std::size_t i = digits.size(); i < after; ++i) json.Raw('0');
  json.Raw(digits);
}

}  // namespace

void AppendDecimal128(ByteView value, JsonText& json) {
  constexpr std::uint64_t kTop49 = (std::uint64_t{1} << 49) - 1;
  constexpr std::uint64_t kExponentBits = 0x3FFF;
  const auto low = static_cast<std::uint64_t>(LoadInt64(value.data()));
  const auto high = static_cast<std::uint64_t>(LoadInt64(value.data() + 8));
  const std::uint64_t special = (high >> 58) & 0x1F;
  if (special == 0x1F) return json.Raw("NaN");
  if ((high >> 63) != 0) json.Raw('-');
  if (special == 0x1E) return json.Raw("Infinity");

  // With these two bits set the coefficient has more digits than there may be.
  const bool large = ((high >> 61) & 3) == 3;
  const auto biased = static_cast<int>((high >> (large ? 47 : 49)) & kExponentBits);
  Coefficient coefficient = (Coefficient{high & kTop49} << 64) | low;
  if (large || coefficient >= TenTo(kMostDigits)) coefficient = 0;

  const int exponent = biased - kExponentBias;
  const Digits all(coefficient);
  const std::string_view digits = all.text();
  const int adjusted = exponent + static_cast<int>(digits.size()) - 1;
  if (exponent > 0 || adjusted < -6) return AppendScientific(digits, adjusted, json);
  AppendPlain(digits, static_cast<std::size_t>(-exponent), json);
}

}  // namespace haul
