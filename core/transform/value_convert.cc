#include "core/transform/value_convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/bson/element_scan.h"
#include "core/bson/extended_json_wrapper.h"
#include "core/transform/decimal_number.h"
#include "core/transform/stored_value.h"

namespace haul {
namespace {

struct KindName {
  std::string_view name;
  std::string_view noun;
  ValueKind kind;
};

constexpr std::array<KindName, 8> kKinds = {{{"date", "a date", ValueKind::kDate},
                                             {"int", "an int32", ValueKind::kInt},
                                             {"long", "an int64", ValueKind::kLong},
                                             {"double", "a double", ValueKind::kDouble},
                                             {"decimal", "a decimal", ValueKind::kDecimal},
                                             {"string", "a string", ValueKind::kString},
                                             {"bool", "a bool", ValueKind::kBool},
                                             {"objectId", "an ObjectId", ValueKind::kObjectId}}};

constexpr std::int64_t kFirstYear = -62167219200000;  // 0000-01-01
constexpr std::int64_t kPastLastYear = 253402300800000;

std::string_view NounOf(ValueKind kind) {
  const auto* const row = std::find_if(kKinds.begin(), kKinds.end(),
                                       [&](const KindName& name) { return name.kind == kind; });
  return row->noun;
}

// What a value looks like in a message: its text where it has one, cut, else its type.
std::string Shown(const Element& value) {
  constexpr std::size_t kMost = 40;
  if (const std::optional<std::string_view> text = value.AsString()) {
    return fmt::format("'{}'", EscapeForDisplay(text->substr(0, kMost)));
  }
  if (const std::optional<std::int64_t> integer = value.AsInteger()) {
    return fmt::format("{} {}", TypeNoun(value.type), *integer);
  }
  if (const std::optional<double> number = value.AsDouble()) {
    return fmt::format("{} {}", TypeNoun(value.type), *number);
  }
  if (value.type == BsonType::kDecimal128) {
    return fmt::format("{} {}", TypeNoun(value.type), DecimalText(value.value));
  }
  return std::string(TypeNoun(value.type));
}

std::optional<std::int64_t> IntegerOfText(std::string_view text) {
  std::int64_t integer = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return integer;
}

std::optional<std::int64_t> ToInteger(const Element& value) {
  if (const std::optional<std::string_view> text = value.AsString()) return IntegerOfText(*text);
  switch (value.type) {
    case BsonType::kBool:
      return value.value[0];
    case BsonType::kDate:
      return LoadInt64(value.value.data());
    case BsonType::kDecimal128: {
      const std::optional<DecimalNumber> number = DecimalNumber::Of(value);
      return number ? number->ToInteger() : std::nullopt;
    }
    default:
      return value.AsInteger();
  }
}

std::optional<std::int64_t> ToInt32(const Element& value) {
  using Int32 = std::numeric_limits<std::int32_t>;
  const std::optional<std::int64_t> integer = ToInteger(value);
  if (value.type == BsonType::kDate || !integer) return std::nullopt;
  if (*integer < Int32::min() || *integer > Int32::max()) return std::nullopt;
  return integer;
}

std::optional<double> ToDouble(const Element& value) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  if (const std::optional<std::string_view> text = value.AsString()) return ParseDouble(*text);
  switch (value.type) {
    case BsonType::kDouble:
      return value.AsDouble();
    case BsonType::kInt32:
    case BsonType::kInt64:
    case BsonType::kBool: {
      const std::int64_t integer = *ToInteger(value);
      if (integer < -kExact || integer > kExact) return std::nullopt;
      return static_cast<double>(integer);
    }
    case BsonType::kDecimal128: {
      const std::string text = DecimalText(value.value);
      if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
      if (text == "Infinity") return std::numeric_limits<double>::infinity();
      if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
      return ParseDouble(text);
    }
    default:
      return std::nullopt;
  }
}

// The wrapper's own reading of a text: {"$numberDecimal": "1.10"}.
std::optional<StoredValue> Unwrap(std::string_view wrapper, std::string_view text) {
  ByteBuffer bytes;
  OpenDocument document(bytes);
  document.AppendText(wrapper, text);
  document.End();
  try {
    std::optional<WrappedValue> value = UnwrapExtended(bytes.view());
    return StoredValue{value->type, std::move(value->bytes)};
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string TextOfDouble(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  return fmt::format("{}", value);
}

std::optional<StoredValue> ToDecimal(const Element& value) {
  if (value.type == BsonType::kDecimal128) return StoredValue::Of(value);
  if (const std::optional<std::string_view> text = value.AsString()) {
    return Unwrap("$numberDecimal", *text);
  }
  if (value.type == BsonType::kDouble) {
    return Unwrap("$numberDecimal", TextOfDouble(*value.AsDouble()));
  }
  if (value.type == BsonType::kDate) return std::nullopt;
  const std::optional<std::int64_t> integer = ToInteger(value);
  if (!integer) return std::nullopt;
  return Unwrap("$numberDecimal", fmt::format_int(*integer).str());
}

// A day alone is its midnight, a blank may stand for the T, and without a zone it is UTC.
std::optional<std::int64_t> DateOfText(std::string_view text) {
  constexpr std::size_t kDay = 10;
  std::string iso(text);
  if (iso.size() == kDay) iso += "T00:00:00";
  if (iso.size() > kDay && iso[kDay] == ' ') iso[kDay] = 'T';
  if (iso.size() > kDay && iso.find_first_of("Z+-", kDay) == std::string::npos) iso += 'Z';
  return ParseIsoDate(iso);
}

std::optional<std::int64_t> ToMilliseconds(const Element& value) {
  if (const std::optional<std::string_view> text = value.AsString()) return DateOfText(*text);
  switch (value.type) {
    case BsonType::kDate:
    case BsonType::kInt64:
      return LoadInt64(value.value.data());
    case BsonType::kDouble:
      return value.AsInteger();
    case BsonType::kTimestamp:
      return std::int64_t{value.AsTimestamp()->seconds} * 1000;
    case BsonType::kObjectId: {
      std::uint32_t seconds = 0;
      for (const std::uint8_t byte : value.value.first(4)) seconds = (seconds << 8) | byte;
      return std::int64_t{seconds} * 1000;
    }
    default:
      return std::nullopt;
  }
}

std::optional<bool> ToBool(const Element& value) {
  if (const std::optional<std::string_view> text = value.AsString()) {
    if (*text == "true") return true;
    if (*text == "false") return false;
    return std::nullopt;
  }
  if (value.type == BsonType::kDate) return std::nullopt;
  const std::optional<std::int64_t> integer = ToInteger(value);
  if (!integer || (*integer != 0 && *integer != 1)) return std::nullopt;
  return *integer == 1;
}

std::optional<std::string> ToText(const Element& value) {
  if (const std::optional<std::string_view> text = value.AsString()) return std::string(*text);
  switch (value.type) {
    case BsonType::kInt32:
    case BsonType::kInt64:
      return fmt::format_int(*value.AsInteger()).str();
    case BsonType::kDouble:
      return TextOfDouble(*value.AsDouble());
    case BsonType::kDecimal128:
      return DecimalText(value.value);
    case BsonType::kBool:
      return value.value[0] != 0 ? "true" : "false";
    case BsonType::kObjectId:
      return ToHex(AsText(value.value));
    case BsonType::kDate: {
      const std::int64_t at = LoadInt64(value.value.data());
      if (at < kFirstYear || at >= kPastLastYear) return std::nullopt;
      return FormatIsoTime(std::chrono::system_clock::time_point(std::chrono::milliseconds(at)));
    }
    default:
      return std::nullopt;
  }
}

std::optional<StoredValue> ToObjectId(const Element& value) {
  if (value.type == BsonType::kObjectId) return StoredValue::Of(value);
  const std::optional<std::string_view> text = value.AsString();
  return text ? Unwrap("$oid", *text) : std::nullopt;
}

template <typename T>
bool AppendNumber(BsonType type, const std::optional<T>& value, const EditPlace& place) {
  if (!value) return false;
  place.out.BeginElement(type, place.key);
  place.bytes.Append({reinterpret_cast<const std::uint8_t*>(&*value), sizeof *value});
  return true;
}

bool AppendStored(const std::optional<StoredValue>& value, const EditPlace& place) {
  if (value) value->AppendTo(place.out, place.key);
  return value.has_value();
}

bool Append(const Element& value, ValueKind kind, const EditPlace& place) {
  switch (kind) {
    case ValueKind::kDate:
      return AppendNumber(BsonType::kDate, ToMilliseconds(value), place);
    case ValueKind::kInt: {
      const std::optional<std::int64_t> integer = ToInt32(value);
      if (!integer) return false;
      return AppendNumber(BsonType::kInt32,
                          std::optional<std::int32_t>(static_cast<std::int32_t>(*integer)), place);
    }
    case ValueKind::kLong:
      return AppendNumber(BsonType::kInt64, ToInteger(value), place);
    case ValueKind::kDouble:
      return AppendNumber(BsonType::kDouble, ToDouble(value), place);
    case ValueKind::kDecimal:
      return AppendStored(ToDecimal(value), place);
    case ValueKind::kBool:
      return AppendNumber(BsonType::kBool, ToBool(value), place);
    case ValueKind::kObjectId:
      return AppendStored(ToObjectId(value), place);
    case ValueKind::kString: {
      const std::optional<std::string> text = ToText(value);
      if (text) place.out.AppendText(place.key, *text);
      return text.has_value();
    }
  }
  return false;
}

}  // namespace

ValueKind ParseValueKind(std::string_view name, std::string_view what) {
  for (const KindName& row : kKinds) {
    if (row.name == name) return row.kind;
  }
  throw Error(ExitCode::kUsage,
              fmt::format("{}: '{}' is no type to convert to", what, EscapeForDisplay(name)),
              "choose date, int, long, double, decimal, string, bool or objectId");
}

void AppendConverted(const Element& value, ValueKind kind, const EditPlace& place) {
  if (!Append(value, kind, place)) {
    throw Error(ExitCode::kRejected, fmt::format("{} is not {}", Shown(value), NounOf(kind)));
  }
}

}  // namespace haul
