#include "core/transform/stored_value.h"

#include <fmt/format.h>

#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/document.h"
#include "core/bson/extended_json.h"
#include "core/bson/value_bytes.h"

namespace haul {
namespace {

std::optional<StoredValue> ParseAsJson(std::string_view text) {
  try {
    const Document wrapped = ParseExtendedJson(fmt::format("{{\"v\":{}\n}}", text), "a value");
    ElementWalk walk(wrapped.bytes());
    const std::optional<Element> value = walk.Next();
    // Two fields: the text was `1, "x": 2`, which is no value.
    if (!value || walk.Next()) return std::nullopt;
    return StoredValue::Of(*value);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

StoredValue StoredValue::Of(const Element& element) {
  return {element.type, std::string(AsText(element.value))};
}

StoredValue StoredValue::OfDate(std::int64_t milliseconds) {
  return {BsonType::kDate, NumberBytes(milliseconds)};
}

StoredValue ParseStoredValue(std::string_view text) {
  if (std::optional<StoredValue> value = ParseAsJson(text)) return std::move(*value);
  return {BsonType::kString, StringBytes(text)};
}

std::string_view TypeNoun(BsonType type) {
  switch (type) {
    case BsonType::kDouble:
      return "a double";
    case BsonType::kString:
      return "a string";
    case BsonType::kDocument:
      return "a document";
    case BsonType::kArray:
      return "an array";
    case BsonType::kBinary:
      return "a binary";
    case BsonType::kUndefined:
      return "undefined";
    case BsonType::kObjectId:
      return "an ObjectId";
    case BsonType::kBool:
      return "a bool";
    case BsonType::kDate:
      return "a date";
    case BsonType::kNull:
      return "null";
    case BsonType::kRegex:
      return "a regular expression";
    case BsonType::kDbPointer:
      return "a DBPointer";
    case BsonType::kCode:
    case BsonType::kCodeWithScope:
      return "code";
    case BsonType::kSymbol:
      return "a symbol";
    case BsonType::kInt32:
      return "an int32";
    case BsonType::kTimestamp:
      return "a timestamp";
    case BsonType::kInt64:
      return "an int64";
    case BsonType::kDecimal128:
      return "a decimal";
    case BsonType::kMinKey:
      return "MinKey";
    case BsonType::kMaxKey:
      return "MaxKey";
  }
  return "a value of an unknown type";
}

}  // namespace haul
