#include "core/bson/short_wrapper.h"

#include <bson/bson.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/bson/extended_json_wrapper.h"

namespace haul {
namespace {

template <typename T>
ShortValue Raw(BsonType type, T value) {
  ShortValue raw{.type = type, .size = sizeof value};
  static_assert(sizeof value <= sizeof raw.bytes);
  std::memcpy(raw.bytes.data(), &value, sizeof value);
  return raw;
}

template <typename T>
std::optional<ShortValue> Integer(BsonType type, std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  T value{};
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return Raw(type, value);
}

std::optional<ShortValue> Double(std::string_view text) {
  using Limits = std::numeric_limits<double>;
  if (text == "NaN") return Raw(BsonType::kDouble, Limits::quiet_NaN());
  if (text == "Infinity") return Raw(BsonType::kDouble, Limits::infinity());
  if (text == "-Infinity") return Raw(BsonType::kDouble, -Limits::infinity());
  const std::optional<double> value = ParseDouble(text);
  if (!value) return std::nullopt;
  return Raw(BsonType::kDouble, *value);
}

std::optional<ShortValue> Decimal(std::string_view text) {
  bson_decimal128_t value;
  const bool cut = text.empty() || text.find('\0') != std::string_view::npos;
  if (cut || text.size() > std::numeric_limits<int>::max() ||
      !bson_decimal128_from_string_w_len(text.data(), static_cast<int>(text.size()), &value)) {
    return std::nullopt;
  }
  return Raw(BsonType::kDecimal128, value);
}

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> HexDigits() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNoDigit;
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    values['a' + i] = values['A' + i] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}

std::optional<ShortValue> ObjectId(std::string_view text) {
  constexpr std::size_t kBytes = 12;
  static constexpr std::array<std::uint8_t, 256> kDigits = HexDigits();
  if (text.size() != 2 * kBytes) return std::nullopt;
  ShortValue id{.type = BsonType::kObjectId, .size = kBytes};
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const std::uint8_t high = kDigits[static_cast<std::uint8_t>(text[2 * i])];
    const std::uint8_t low = kDigits[static_cast<std::uint8_t>(text[2 * i + 1])];
    all |= high | low;
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (all == kNoDigit) return std::nullopt;
  return id;
}

std::optional<ShortValue> Date(std::string_view text) {
  const std::optional<std::int64_t> time = ParseIsoDate(text);
  if (!time) return std::nullopt;
  return Raw(BsonType::kDate, *time);
}

}  // namespace

std::optional<ShortValue> UnwrapShort(std::string_view name, std::string_view text) {
  if (name == "$oid") return ObjectId(text);
  if (name == "$date") return Date(text);
  if (name == "$numberInt") return Integer<std::int32_t>(BsonType::kInt32, text);
  if (name == "$numberLong") return Integer<std::int64_t>(BsonType::kInt64, text);
  if (name == "$numberDouble") return Double(text);
  if (name == "$numberDecimal") return Decimal(text);
  return std::nullopt;
}

}  // namespace haul
