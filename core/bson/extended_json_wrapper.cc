#include "core/bson/extended_json_wrapper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/bson/base64.h"
#include "core/bson/short_wrapper.h"
#include "core/bson/value_bytes.h"

namespace haul {
namespace {

using Fields = std::vector<Element>;

[[noreturn]] void Fail(std::string_view wrapper, std::string_view expected) {
  throw Error(ExitCode::kUsage, fmt::format("{} takes {}", wrapper, expected));
}

Fields ReadFields(ByteView document) {
  Fields fields;
  ElementWalk walk(document);
  while (const std::optional<Element> element = walk.Next()) fields.push_back(*element);
  return fields;
}

// The field of a two-field object, or null; such an object has no others and none twice.
const Element* Find(const Fields& fields, std::string_view key) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Element& e) { return e.key == key; });
  return found == fields.end() ? nullptr : &*found;
}

std::optional<std::string_view> FindString(const Fields& fields, std::string_view key) {
  const Element* field = Find(fields, key);
  return field == nullptr ? std::nullopt : field->AsString();
}

// The fields of an object that is the one value of a wrapper and has two fields itself.
Fields PairInside(const Fields& fields, std::string_view expected) {
  if (fields.size() != 1 || fields[0].type != BsonType::kDocument) Fail(fields[0].key, expected);
  Fields inner = ReadFields(fields[0].value);
  if (inner.size() != 2) Fail(fields[0].key, expected);
  return inner;
}

std::string_view OnlyString(const Fields& fields, std::string_view expected) {
  const std::optional<std::string_view> text = fields[0].AsString();
  if (fields.size() != 1 || !text) Fail(fields[0].key, expected);
  return *text;
}

// The value of a wrapper that holds one string.
WrappedValue Short(const Fields& fields, std::string_view expected) {
  const std::optional<ShortValue> value = UnwrapShort(fields[0].key, OnlyString(fields, expected));
  if (!value) Fail(fields[0].key, expected);
  return {value->type, std::string(AsText(value->view()))};
}

WrappedValue Int32(const Fields& fields) {
  return Short(fields, "a string that is a 32-bit integer");
}

WrappedValue Int64(const Fields& fields) {
  return Short(fields, "a string that is a 64-bit integer");
}

WrappedValue Double(const Fields& fields) {
  return Short(fields, "a string that is a double, NaN, Infinity or -Infinity");
}

WrappedValue Decimal(const Fields& fields) {
  return Short(fields, "a string that a 128-bit decimal holds exactly");
}

WrappedValue ObjectId(const Fields& fields) { return Short(fields, "a string of 24 hex digits"); }

std::optional<std::string> DecodeHex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    std::uint8_t byte = 0;
    const auto read = std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
    if (read.ec != std::errc() || read.ptr != hex.data() + i + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

// {"$binary":{"base64":…,"subType":…}}, or as old tools write it {"$binary":…,"$type":…}.
WrappedValue Binary(const Fields& fields) {
  constexpr std::string_view kExpected = "\"base64\" and a \"subType\" of two hex digits";
  const bool old = fields.size() == 2 && fields[0].type == BsonType::kString;
  const Fields inner = old ? fields : PairInside(fields, kExpected);
  const auto base64 = FindString(inner, old ? "$binary" : "base64");
  const auto subtype_text = FindString(inner, old ? "$type" : "subType");
  if (!base64 || !subtype_text || subtype_text->empty()) Fail(fields[0].key, kExpected);
  std::uint8_t subtype = 0;
  const char* end = subtype_text->data() + subtype_text->size();
  const auto read = std::from_chars(subtype_text->data(), end, subtype, 16);
  const std::optional<std::string> payload = DecodeBase64(*base64);
  if (read.ec != std::errc() || read.ptr != end || !payload) Fail(fields[0].key, kExpected);
  return {BsonType::kBinary, BinaryBytes(subtype, *payload)};
}

WrappedValue Uuid(const Fields& fields) {
  constexpr std::string_view kExpected = "a UUID of 36 characters";
  constexpr std::uint8_t kUuidSubtype = 4;
  std::string text(OnlyString(fields, kExpected));
  const bool hyphens =
      text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
  std::erase(text, '-');
  const std::optional<std::string> bytes = DecodeHex(text);
  if (!hyphens || text.size() != 32 || !bytes) Fail(fields[0].key, kExpected);
  return {BsonType::kBinary, BinaryBytes(kUuidSubtype, *bytes)};
}

WrappedValue Date(const Fields& fields) {
  constexpr std::string_view kExpected = "an ISO 8601 time with a zone, or milliseconds";
  if (fields.size() != 1) Fail(fields[0].key, kExpected);
  const std::optional<std::string_view> text = fields[0].AsString();
  const bool integer = fields[0].type == BsonType::kInt32 || fields[0].type == BsonType::kInt64;
  const std::optional<std::int64_t> time = text      ? ParseIsoDate(*text)
                                           : integer ? fields[0].AsInteger()
                                                     : std::nullopt;
  if (!time) Fail(fields[0].key, kExpected);
  return {BsonType::kDate, NumberBytes(*time)};
}

WrappedValue Timestamp(const Fields& fields) {
  constexpr std::string_view kExpected = "{\"t\": seconds, \"i\": increment}, each below 2^32";
  const Fields inner = PairInside(fields, kExpected);
  std::string bytes;
  for (const std::string_view key : {"i", "t"}) {
    const Element* field = Find(inner, key);
    const std::optional<std::int64_t> part =
        field == nullptr || field->type == BsonType::kDouble ? std::nullopt : field->AsInteger();
    if (!part || *part < 0 || *part > std::numeric_limits<std::uint32_t>::max()) {
      Fail(fields[0].key, kExpected);
    }
    bytes += NumberBytes(static_cast<std::uint32_t>(*part));
  }
  return {BsonType::kTimestamp, bytes};
}

WrappedValue Regex(const Fields& fields) {
  constexpr std::string_view kExpected = "the strings \"pattern\" and \"options\" without NUL";
  const Fields inner = PairInside(fields, kExpected);
  const auto pattern = FindString(inner, "pattern");
  const auto options = FindString(inner, "options");
  const bool whole = pattern && options && pattern->find('\0') == std::string_view::npos &&
                     options->find('\0') == std::string_view::npos;
  if (!whole) Fail(fields[0].key, kExpected);
  return {BsonType::kRegex, std::string(*pattern) + '\0' + std::string(*options) + '\0'};
}

WrappedValue DbPointer(const Fields& fields) {
  constexpr std::string_view kExpected = "\"$ref\" and an ObjectId \"$id\"";
  const Fields inner = PairInside(fields, kExpected);
  const auto name = FindString(inner, "$ref");
  const Element* id = Find(inner, "$id");
  if (!name || id == nullptr || id->type != BsonType::kObjectId) Fail(fields[0].key, kExpected);
  return {BsonType::kDbPointer, StringBytes(*name) + std::string(AsText(id->value))};
}

WrappedValue Code(const Fields& fields) {
  constexpr std::string_view kExpected = "a string, and nothing or a document \"$scope\" beside it";
  const auto code = fields[0].AsString();
  if (!code || fields.size() > 2) Fail(fields[0].key, kExpected);
  if (fields.size() == 1) return {BsonType::kCode, StringBytes(*code)};
  if (fields[1].key != "$scope" || fields[1].type != BsonType::kDocument) {
    Fail(fields[0].key, kExpected);
  }
  const std::string parts = StringBytes(*code) + std::string(AsText(fields[1].value));
  return {BsonType::kCodeWithScope,
          NumberBytes(static_cast<std::int32_t>(parts.size() + 4)) + parts};
}

WrappedValue Symbol(const Fields& fields) {
  return {BsonType::kSymbol, StringBytes(OnlyString(fields, "a string"))};
}

WrappedValue MinKey(const Fields& fields) {
  if (fields.size() != 1 || fields[0].AsInteger() != 1) Fail(fields[0].key, "1");
  return {BsonType::kMinKey, {}};
}

WrappedValue MaxKey(const Fields& fields) {
  if (fields.size() != 1 || fields[0].AsInteger() != 1) Fail(fields[0].key, "1");
  return {BsonType::kMaxKey, {}};
}

WrappedValue Undefined(const Fields& fields) {
  const bool is_true = fields[0].type == BsonType::kBool && fields[0].value[0] == 1;
  if (fields.size() != 1 || !is_true) Fail(fields[0].key, "true");
  return {BsonType::kUndefined, {}};
}

struct Wrapper {
  std::string_view name;
  WrappedValue (*unwrap)(const Fields& fields);
};

constexpr std::array<Wrapper, 16> kWrappers = {{{"$numberInt", Int32},
                                                {"$numberLong", Int64},
                                                {"$numberDouble", Double},
                                                {"$numberDecimal", Decimal},
                                                {"$oid", ObjectId},
                                                {"$date", Date},
                                                {"$binary", Binary},
                                                {"$uuid", Uuid},
                                                {"$timestamp", Timestamp},
                                                {"$regularExpression", Regex},
                                                {"$dbPointer", DbPointer},
                                                {"$code", Code},
                                                {"$symbol", Symbol},
                                                {"$minKey", MinKey},
                                                {"$maxKey", MaxKey},
                                                {"$undefined", Undefined}}};

const Wrapper* FindWrapper(std::string_view name) {
  if (!name.starts_with('$')) return nullptr;
  const auto* const found = std::find_if(kWrappers.begin(), kWrappers.end(),
                                         [&](const Wrapper& row) { return row.name == name; });
  return found == kWrappers.end() ? nullptr : found;
}

}  // namespace

bool IsWrapperName(std::string_view name) { return FindWrapper(name) != nullptr; }

std::optional<double> ParseDouble(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const bool number = !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) &&
                      text.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  const auto read = std::from_chars(text.data(), end, value);
  if (!number || read.ptr != end) return std::nullopt;
  if (read.ec == std::errc()) return value;
  // Too large and too small are one code; strtod tells them apart and gives what is closest to 0.
  value = std::strtod(std::string(text).c_str(), nullptr);
  if (std::isinf(value)) return std::nullopt;
  return value;
}

std::optional<WrappedValue> UnwrapExtended(ByteView object) {
  const std::optional<Element> first = ElementWalk(object).Next();
  const Wrapper* const wrapper = first ? FindWrapper(first->key) : nullptr;
  if (wrapper == nullptr) return std::nullopt;
  return wrapper->unwrap(ReadFields(object));
}

}  // namespace haul
