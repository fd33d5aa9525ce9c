#include "core/transform/value_order.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/bson/element_scan.h"
#include "core/transform/decimal_number.h"
#include "core/transform/field_edits.h"

namespace haul {
namespace {

int Order(auto a, auto b) { return a < b ? -1 : a > b ? 1 : 0; }

int CompareBytes(ByteView a, ByteView b) {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  return order != 0 ? order : Order(a.size(), b.size());
}

// NaN and the infinities have no digits: where they stand among the numbers.
int PlaceOfNumber(const Element& value) {
  double number = 0;
  if (value.type == BsonType::kDouble) {
    number = LoadDouble(value.value.data());
  } else if (value.type == BsonType::kDecimal128) {
    const std::string text = DecimalText(value.value);
    if (text == "NaN") return -2;
    if (text == "Infinity") return 1;
    if (text == "-Infinity") return -1;
  }
  if (std::isnan(number)) return -2;
  if (std::isinf(number)) return number < 0 ? -1 : 1;
  return 0;
}

int CompareNumbers(const Element& a, const Element& b) {
  if (a.type == b.type) {
    if (a.type == BsonType::kInt32 || a.type == BsonType::kInt64) {
      return Order(*a.AsInteger(), *b.AsInteger());
    }
    const double x = a.AsDouble().value_or(NAN);
    const double y = b.AsDouble().value_or(NAN);
    if (!std::isnan(x) && !std::isnan(y)) return Order(x, y);
  }
  const int place_a = PlaceOfNumber(a);
  const int place_b = PlaceOfNumber(b);
  if (place_a != place_b || place_a != 0) return Order(place_a, place_b);
  return DecimalNumber::Of(a)->Compare(*DecimalNumber::Of(b));
}

int CompareAt(const Element& a, const Element& b, int nesting);

int CompareDocuments(const Element& a, const Element& b, int nesting) {
  CheckNesting(nesting);
  ElementWalk walk_a(a.value);
  ElementWalk walk_b(b.value);
  for (;;) {
    const std::optional<Element> x = walk_a.Next();
    const std::optional<Element> y = walk_b.Next();
    if (!x || !y) return Order(x.has_value(), y.has_value());
    if (const int order = Order(TypeClass(x->type), TypeClass(y->type)); order != 0) return order;
    if (a.type == BsonType::kDocument) {
      if (const int order = x->key.compare(y->key); order != 0) return order;
    }
    if (const int order = CompareAt(*x, *y, nesting + 1); order != 0) return order;
  }
}

int CompareAt(const Element& a, const Element& b, int nesting) {
  const int type_class = TypeClass(a.type);
  if (type_class != TypeClass(b.type)) return Order(type_class, TypeClass(b.type));
  switch (a.type) {
    case BsonType::kNull:
    case BsonType::kUndefined:
    case BsonType::kMinKey:
    case BsonType::kMaxKey:
      return 0;
    case BsonType::kDouble:
    case BsonType::kInt32:
    case BsonType::kInt64:
    case BsonType::kDecimal128:
      return CompareNumbers(a, b);
    case BsonType::kString:
    case BsonType::kSymbol:
    case BsonType::kCode:
      return CompareBytes(a.value.subspan(4), b.value.subspan(4));
    case BsonType::kDocument:
    case BsonType::kArray:
      return CompareDocuments(a, b, nesting);
    case BsonType::kDate:
      return Order(LoadInt64(a.value.data()), LoadInt64(b.value.data()));
    case BsonType::kTimestamp:
      return Order(*a.AsTimestamp(), *b.AsTimestamp());
    case BsonType::kBinary:
      if (const int order = Order(a.value.size(), b.value.size()); order != 0) return order;
      return CompareBytes(a.value.subspan(4), b.value.subspan(4));
    default:
      return CompareBytes(a.value, b.value);
  }
}

}  // namespace

int TypeClass(BsonType type) {
  switch (type) {
    case BsonType::kMinKey:
      return 0;
    case BsonType::kUndefined:
    case BsonType::kNull:
      return 1;
    case BsonType::kDouble:
    case BsonType::kInt32:
    case BsonType::kInt64:
    case BsonType::kDecimal128:
      return 2;
    case BsonType::kString:
    case BsonType::kSymbol:
      return 3;
    case BsonType::kDocument:
      return 4;
    case BsonType::kArray:
      return 5;
    case BsonType::kBinary:
      return 6;
    case BsonType::kObjectId:
      return 7;
    case BsonType::kBool:
      return 8;
    case BsonType::kDate:
      return 9;
    case BsonType::kTimestamp:
      return 10;
    case BsonType::kRegex:
      return 11;
    case BsonType::kDbPointer:
      return 12;
    case BsonType::kCode:
      return 13;
    case BsonType::kCodeWithScope:
      return 14;
    case BsonType::kMaxKey:
      return 15;
  }
  return 15;
}

int CompareValues(const Element& a, const Element& b) { return CompareAt(a, b, 0); }

}  // namespace haul
