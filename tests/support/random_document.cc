#include "tests/support/random_document.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace haul {
namespace {

constexpr std::array<BsonType, 21> kTypes = {
    BsonType::kDouble,    BsonType::kString,    BsonType::kDocument,      BsonType::kArray,
    BsonType::kBinary,    BsonType::kUndefined, BsonType::kObjectId,      BsonType::kBool,
    BsonType::kDate,      BsonType::kNull,      BsonType::kRegex,         BsonType::kDbPointer,
    BsonType::kCode,      BsonType::kSymbol,    BsonType::kCodeWithScope, BsonType::kInt32,
    BsonType::kTimestamp, BsonType::kInt64,     BsonType::kDecimal128,    BsonType::kMinKey,
    BsonType::kMaxKey};

template <typename T>
std::string Raw(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

}  // namespace

std::string RawInt32(std::int32_t value) { return Raw(value); }
std::string RawInt64(std::int64_t value) { return Raw(value); }
std::string RawDouble(double value) { return Raw(value); }

std::string RawString(std::string_view text) {
  return RawInt32(static_cast<std::int32_t>(text.size() + 1)) + std::string(text) + '\0';
}

BsonBuilder& BsonBuilder::Add(BsonType type, std::string_view key, std::string_view value) {
  elements_ += static_cast<char>(type);
  elements_ += key;
  elements_ += '\0';
  elements_ += value;
  return *this;
}

BsonBuilder& BsonBuilder::AddString(std::string_view key, std::string_view text) {
  return Add(BsonType::kString, key, RawString(text));
}

BsonBuilder& BsonBuilder::AddInt32(std::string_view key, std::int32_t value) {
  return Add(BsonType::kInt32, key, RawInt32(value));
}

BsonBuilder& BsonBuilder::AddDouble(std::string_view key, double value) {
  return Add(BsonType::kDouble, key, RawDouble(value));
}

std::string BsonBuilder::bytes() const {
  return RawInt32(static_cast<std::int32_t>(elements_.size() + 5)) + elements_ + '\0';
}

std::uint64_t RandomDocuments::Below(std::uint64_t bound) { return random_() % bound; }

Document RandomDocuments::Next() { return Document(AsBytes(Fields(0, false, true))); }

Document RandomDocuments::Nested(int nesting) {
  std::string document = BsonBuilder().bytes();
  for (int level = nesting; level > 0; --level) {
    const BsonType inner = level % 2 == 0 ? BsonType::kArray : BsonType::kDocument;
    const bool inside_array = level > 1 && (level - 1) % 2 == 0;
    document = BsonBuilder().Add(inner, inside_array ? "0" : "a", document).bytes();
  }
  return Document(AsBytes(document));
}

std::string RandomDocuments::Fields(int nesting, bool array, bool outermost) {
  BsonBuilder builder;
  if (outermost && options_.with_id) builder.Add(BsonType::kInt64, "_id", RawInt64(next_id_++));
  const std::uint64_t count = Below(static_cast<std::uint64_t>(options_.max_fields) + 1);
  std::string name;
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool repeat = i > 0 && Below(20) == 0;
    if (array) {
      name = std::to_string(i);
    } else if (!repeat) {
      name = Name();
    }
    const BsonType type = Type(nesting);
    builder.Add(type, name, Value(type, nesting));
  }
  return builder.bytes();
}

BsonType RandomDocuments::Type(int nesting) {
  for (;;) {
    const BsonType type = kTypes[Below(kTypes.size())];
    const bool nests =
        type == BsonType::kDocument || type == BsonType::kArray || type == BsonType::kCodeWithScope;
    if (!nests || nesting < options_.max_nesting) return type;
  }
}

std::string RandomDocuments::Value(BsonType type, int nesting) {
  switch (type) {
    case BsonType::kDouble:
      return RawDouble(Double());
    case BsonType::kString:
    case BsonType::kCode:
    case BsonType::kSymbol:
      return RawString(Text());
    case BsonType::kDocument:
      return Fields(nesting + 1, false, false);
    case BsonType::kArray:
      return Fields(nesting + 1, true, false);
    case BsonType::kBinary:
      return Binary();
    case BsonType::kObjectId:
      return Bytes(12);
    case BsonType::kBool:
      return std::string(1, static_cast<char>(Below(2)));
    case BsonType::kDate:
    case BsonType::kInt64: {
      constexpr std::array<std::int64_t, 6> kEdges = {0,
                                                      -1,
                                                      std::numeric_limits<std::int64_t>::min(),
                                                      std::numeric_limits<std::int64_t>::max(),
                                                      2147483648,
                                                      1700000000000};
      const auto any = static_cast<std::int64_t>(random_());
      return RawInt64(Below(2) == 0 ? kEdges[Below(kEdges.size())] : any);
    }
    case BsonType::kRegex: {
      constexpr std::array<const char*, 5> kOptions = {"", "i", "imx", "xi", "ilmsux"};
      return TextWithoutNul() + '\0' + kOptions[Below(kOptions.size())] + '\0';
    }
    case BsonType::kDbPointer:
      return RawString(Text()) + Bytes(12);
    case BsonType::kCodeWithScope: {
      const std::string parts = RawString(Text()) + Fields(nesting + 1, false, false);
      return RawInt32(static_cast<std::int32_t>(parts.size() + 4)) + parts;
    }
    case BsonType::kInt32:
      return RawInt32(static_cast<std::int32_t>(random_()));
    // Timestamp(0, 0) is left to tests about it: a server replaces it.
    case BsonType::kTimestamp:
      return RawInt64(static_cast<std::int64_t>(random_() | 1));
    case BsonType::kDecimal128:
      return Decimal();
    case BsonType::kUndefined:
    case BsonType::kNull:
    case BsonType::kMinKey:
    case BsonType::kMaxKey:
      return {};
  }
  return {};
}

std::string RandomDocuments::Name() {
  static const std::array<std::string, 10> kNames = {"a",
                                                     "",
                                                     "name",
                                                     "with space",
                                                     "dotted.name",
                                                     "\"quoted\\\"",
                                                     "\xC3\xBC\xE6\x97\xA5",
                                                     "line\nbreak",
                                                     "0",
                                                     std::string(300, 'n')};
  static const std::array<std::string, 5> kDollarNames = {"$set", "$", "$ref", "$regex", "$db"};
  if (!options_.storable && Below(10) == 0) return kDollarNames[Below(kDollarNames.size())];
  return kNames[Below(kNames.size())];
}

std::string RandomDocuments::Text() {
  if (Below(8) == 0) return std::string("nul\0inside", 10);
  return TextWithoutNul();
}

std::string RandomDocuments::TextWithoutNul() {
  static const std::array<std::string, 12> kPieces = {"",
                                                      "x",
                                                      " ",
                                                      "\"",
                                                      "\\",
                                                      "\n\t\r\b\f",
                                                      "\x01\x1F\x7F",
                                                      "</script>&",
                                                      "\xC3\xBC",
                                                      "\xE2\x80\xA8\xE2\x80\xA9",
                                                      "\xF0\x9F\x98\x80",
                                                      "\xEF\xBF\xBD\xEF\xBF\xBF"};
  std::string text;
  for (std::uint64_t i = Below(6); i > 0; --i) text += kPieces[Below(kPieces.size())];
  if (Below(50) == 0) text += std::string(5000, 'l');
  return text;
}

double RandomDocuments::Double() {
  using Limits = std::numeric_limits<double>;
  static const std::array<double, 20> kEdges = {0.0,
                                                -0.0,
                                                1.0,
                                                -1.5,
                                                0.1,
                                                1e-4,
                                                1e-5,
                                                123456.0,
                                                1234567.0,
                                                1e6,
                                                1e21,
                                                1e100,
                                                5e-324,
                                                1e-310,
                                                1.0 / 3,
                                                1234567.5,
                                                Limits::max(),
                                                Limits::min(),
                                                Limits::infinity(),
                                                -Limits::infinity()};
  switch (Below(4)) {
    case 0:
      return Limits::quiet_NaN();
    case 1:
      return kEdges[Below(kEdges.size())];
    case 2:
      return static_cast<double>(static_cast<std::int32_t>(random_())) / 100;
    default: {
      const std::uint64_t bits = random_();
      double value = 0;
      std::memcpy(&value, &bits, sizeof value);
      return std::isnan(value) ? 0.5 : value;
    }
  }
}

std::string RandomDocuments::Decimal() {
  static const std::array<const char*, 12> kTexts = {"0",
                                                     "-0",
                                                     "0E+6111",
                                                     "-0E-6176",
                                                     "1.10",
                                                     "1E-6176",
                                                     "9.999999999999999999999999999999999E+6144",
                                                     "NaN",
                                                     "Infinity",
                                                     "-Infinity",
                                                     "-123456789.123456789",
                                                     "1E+3"};
  bson_decimal128_t decimal;
  std::string text = kTexts[Below(kTexts.size())];
  if (Below(2) == 0) {
    text = std::to_string(random_()) + "E" + std::to_string(static_cast<int>(Below(12000)) - 6100);
  }
  bson_decimal128_from_string(text.c_str(), &decimal);
  return Raw(decimal);
}

std::string RandomDocuments::Binary() {
  constexpr std::array<std::uint8_t, 9> kSubtypes = {0, 1, 2, 3, 4, 5, 7, 0x80, 0xFF};
  const std::uint8_t subtype = kSubtypes[Below(kSubtypes.size())];
  const bool uuid = subtype == 3 || subtype == 4;
  std::string payload = Bytes(uuid ? 16 : Below(40));
  if (subtype == 2) {
    payload.insert(0, RawInt32(static_cast<std::int32_t>(payload.size())));
  }
  return RawInt32(static_cast<std::int32_t>(payload.size())) + static_cast<char>(subtype) + payload;
}

std::string RandomDocuments::Bytes(std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(random_());
  return bytes;
}

}  // namespace haul
