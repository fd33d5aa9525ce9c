#include "seed/reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/value_bytes.h"

namespace haul {
namespace {

std::optional<std::string> TextOf(const Element& value) {
  constexpr std::uint8_t kUuidSubtype = 4;
  if (const auto text = value.AsString()) return std::string(*text);
  if (value.type == BsonType::kObjectId) return ToHex(AsText(value.value));
  if (value.type == BsonType::kInt32 || value.type == BsonType::kInt64) {
    return fmt::to_string(*value.AsInteger());
  }
  const bool uuid =
      value.type == BsonType::kBinary && value.value.size() == 21 && value.value[4] == kUuidSubtype;
  if (!uuid) return std::nullopt;
  std::string text = ToHex(AsText(value.value.subspan(5)));
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace

std::optional<Element> FieldAt(ByteView document, std::string_view path) {
  const std::size_t dot = path.find('.');
  const auto element = FindElement(document, path.substr(0, dot));
  if (!element || dot == std::string_view::npos) return element;
  if (element->type != BsonType::kDocument) return std::nullopt;
  return FieldAt(element->value, path.substr(dot + 1));
}

bool SameValue(const Element& a, const Element& b) {
  if (a.type == b.type && AsText(a.value) == AsText(b.value)) return true;
  const auto left = a.AsInteger();
  const auto right = b.AsInteger();
  if (left && right) return *left == *right;
  const auto left_real = a.AsDouble();
  const auto right_real = b.AsDouble();
  return left_real && right_real && *left_real == *right_real;
}

bool SameKey(std::span<const Element> a, std::span<const Element> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), SameValue);
}

std::size_t References::Add(Reference reference) {
  const auto same = [&](const Reference& other) {
    return other.from == reference.from && other.collection == reference.collection &&
           other.filter == reference.filter && other.field == reference.field &&
           other.as_string == reference.as_string;
  };
  const auto found = std::find_if(references_.begin(), references_.end(), same);
  if (found != references_.end()) return static_cast<std::size_t>(found - references_.begin());
  references_.push_back(std::move(reference));
  return references_.size() - 1;
}

bool Matches(const Document& filter, ByteView document) {
  ElementWalk walk(filter.bytes());
  while (const auto wanted = walk.Next()) {
    const auto found = FieldAt(document, wanted->key);
    if (!found || !SameValue(*wanted, *found)) return false;
  }
  return true;
}

WrappedValue ValueOf(const Reference& reference, ByteView target) {
  const auto value = FieldAt(target, reference.field);
  if (!value) {
    throw Error(
        ExitCode::kUsage,
        fmt::format("{}: the document in {} has no field {}", reference.place,
                    EscapeForDisplay(reference.collection), EscapeForDisplay(reference.field)));
  }
  if (!reference.as_string) return {value->type, std::string(AsText(value->value))};
  const auto text = TextOf(*value);
  if (text) return {BsonType::kString, StringBytes(*text)};
  throw Error(ExitCode::kUsage,
              fmt::format("{}: the field {} has a type that does not become a string",
                          reference.place, EscapeForDisplay(reference.field)));
}

}  // namespace haul
