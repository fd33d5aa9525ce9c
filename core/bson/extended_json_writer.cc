#include <bson/bson.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/base64.h"
#include "core/bson/element_scan.h"
#include "core/bson/extended_json.h"

namespace haul {
namespace {

constexpr std::size_t kMaxNesting = 1000;

// Go's strconv.FormatFloat(value, 'G', -1, 64), which mongodump uses: the shortest digits that read
// back, an exponent where it is below -4 or above 5, and ".0" after a whole number.
std::string FormatDouble(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::array<char, 40> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::size_t sign = text[e + 1] == '+' ? 1 : 0;
  std::from_chars(text.data() + e + 1 + sign, text.data() + text.size(), exponent);
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);

  std::string number = std::signbit(value) ? "-" : "";
  if (exponent < -4 || exponent > 5) {
    number += digits.substr(0, 1);
    if (digits.size() > 1) number += '.' + digits.substr(1);
    return number + fmt::format("E{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
  }
  if (exponent < 0) {
    return number + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole)
    return number + digits + std::string(whole - digits.size(), '0') + ".0";
  return number + digits.substr(0, whole) + '.' + digits.substr(whole);
}

std::string FormatDecimal(ByteView value) {
  bson_decimal128_t decimal;
  std::memcpy(&decimal, value.data(), sizeof decimal);
  std::array<char, BSON_DECIMAL128_STRING> text{};
  bson_decimal128_to_string(&decimal, text.data());
  return text.data();
}

// Needs no escape and is UTF-8 by itself: most text is nothing else.
bool IsPlain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

// Documents are walked with a stack of their own: the nesting comes from data.
class JsonWriter {
 public:
  std::string Write(ByteView document) {
    Open(document, false, "}");
    while (!levels_.empty()) {
      const std::optional<Element> element = levels_.back().walk.Next();
      if (!element) {
        json_ += levels_.back().closing;
        levels_.pop_back();
        continue;
      }
      WriteElement(*element);
    }
    return std::move(json_);
  }

 private:
  struct Level {
    ElementWalk walk;
    bool array;
    bool first;
    std::string_view closing;
  };

  void Open(ByteView document, bool array, std::string_view closing) {
    if (levels_.size() > kMaxNesting) {
      throw Error(ExitCode::kLimit,
                  fmt::format("a document is nested deeper than {} levels", kMaxNesting));
    }
    levels_.push_back({ElementWalk(document), array, true, closing});
    json_ += array ? '[' : '{';
  }

  void WriteElement(const Element& element) {
    Level& level = levels_.back();
    if (!level.first) json_ += ',';
    level.first = false;
    if (!level.array) {
      WriteString(element.key);
      json_ += ':';
    }
    WriteValue(element);
  }

  void WriteValue(const Element& element) {
    const ByteView value = element.value;
    switch (element.type) {
      case BsonType::kDouble:
        return Wrap("numberDouble", FormatDouble(LoadDouble(value.data())));
      case BsonType::kString:
        return WriteString(StringAt(value));
      case BsonType::kDocument:
        return Open(value, false, "}");
      case BsonType::kArray:
        return Open(value, true, "]");
      case BsonType::kBinary:
        return WriteBinary(element);
      case BsonType::kUndefined:
        json_ += R"({"$undefined":true})";
        return;
      case BsonType::kObjectId:
        return Wrap("oid", ToHex(AsText(value)));
      case BsonType::kBool:
        return WriteBool(element);
      case BsonType::kDate:
        return WriteDate(value);
      case BsonType::kNull:
        json_ += "null";
        return;
      case BsonType::kRegex:
        return WriteRegex(AsText(value));
      case BsonType::kDbPointer:
        return WriteDbPointer(value);
      case BsonType::kCode:
        return WrapString("code", StringAt(value));
      case BsonType::kSymbol:
        return WrapString("symbol", StringAt(value));
      case BsonType::kCodeWithScope:
        return WriteCodeWithScope(element);
      case BsonType::kInt32:
        return WrapInteger("numberInt", LoadInt32(value.data()));
      case BsonType::kTimestamp:
        return WriteTimestamp(value);
      case BsonType::kInt64:
        return WrapInteger("numberLong", LoadInt64(value.data()));
      case BsonType::kDecimal128:
        return Wrap("numberDecimal", FormatDecimal(value));
      case BsonType::kMinKey:
        json_ += R"({"$minKey":1})";
        return;
      case BsonType::kMaxKey:
        json_ += R"({"$maxKey":1})";
        return;
    }
  }

  static std::string_view StringAt(ByteView value) {
    return AsText(value.subspan(4, value.size() - 5));
  }

  void WriteString(std::string_view text) {
    json_ += '"';
    if (std::all_of(text.begin(), text.end(), IsPlain)) {
      json_ += text;
    } else if (IsUtf8(text)) {
      json_ += EscapeJson(text);
    } else {
      throw Error(ExitCode::kCorrupt, "a document holds a string that is not UTF-8");
    }
    json_ += '"';
  }

  void Wrap(std::string_view name, std::string_view plain) {
    json_ += "{\"$";
    json_ += name;
    json_ += "\":\"";
    json_ += plain;
    json_ += "\"}";
  }

  void WrapInteger(std::string_view name, std::int64_t value) {
    const fmt::format_int text(value);
    Wrap(name, {text.data(), text.size()});
  }

  void WrapString(std::string_view name, std::string_view text) {
    fmt::format_to(std::back_inserter(json_), R"({{"${}":)", name);
    WriteString(text);
    json_ += '}';
  }

  void WriteBool(const Element& element) {
    if (element.value[0] > 1) Corrupt(element, "is a bool that is neither 0 nor 1");
    json_ += element.value[0] == 1 ? "true" : "false";
  }

  void WriteBinary(const Element& element) {
    const std::optional<ByteView> payload = BinaryPayload(element.value);
    if (!payload) Corrupt(element, "has an inner length that does not fit its bytes");
    fmt::format_to(std::back_inserter(json_),
                   R"({{"$binary":{{"base64":"{}","subType":"{:02x}"}}}})", EncodeBase64(*payload),
                   element.value[4]);
  }

  void WriteDate(ByteView value) {
    fmt::format_to(std::back_inserter(json_), R"({{"$date":{{"$numberLong":"{}"}}}})",
                   LoadInt64(value.data()));
  }

  void WriteTimestamp(ByteView value) {
    const auto increment = static_cast<std::uint32_t>(LoadInt32(value.data()));
    const auto seconds = static_cast<std::uint32_t>(LoadInt32(value.data() + 4));
    fmt::format_to(std::back_inserter(json_), R"({{"$timestamp":{{"t":{},"i":{}}}}})", seconds,
                   increment);
  }

  void WriteRegex(std::string_view value) {
    const std::size_t end = value.find('\0');
    json_ += R"({"$regularExpression":{"pattern":)";
    WriteString(value.substr(0, end));
    json_ += R"(,"options":)";
    WriteString(value.substr(end + 1, value.size() - end - 2));
    json_ += "}}";
  }

  void WriteDbPointer(ByteView value) {
    const ByteView name = value.first(value.size() - 12);
    json_ += R"({"$dbPointer":{"$ref":)";
    WriteString(StringAt(name));
    fmt::format_to(std::back_inserter(json_), R"(,"$id":{{"$oid":"{}"}}}}}})",
                   ToHex(AsText(value.last(12))));
  }

  void WriteCodeWithScope(const Element& element) {
    const std::optional<CodeWithScope> parts = SplitCodeWithScope(element.value);
    if (!parts) Corrupt(element, "has a code and a scope that do not fit its length");
    json_ += R"({"$code":)";
    WriteString(parts->code);
    json_ += R"(,"$scope":)";
    Open(parts->scope, false, "}}");
  }

  [[noreturn]] static void Corrupt(const Element& element, std::string_view problem) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("element '{}' {}", EscapeForDisplay(element.key), problem));
  }

  std::string json_;
  std::vector<Level> levels_;
};

}  // namespace

std::string ToCanonicalJson(ByteView document) { return JsonWriter().Write(document); }

}  // namespace haul
