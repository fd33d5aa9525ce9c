#include "formats/delimited_cell.h"

#include <fmt/format.h>

#include <string_view>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/decimal128.h"
#include "core/bson/element_scan.h"
#include "core/bson/json_text.h"

namespace haul {
namespace {

constexpr std::int64_t kYear0 = -62'167'219'200'000;
constexpr std::int64_t kYear10000 = 253'402'300'800'000;

void AppendText(const Element& element, std::string_view text, ByteBuffer& out) {
  if (!IsUtf8(text)) {
    throw Error(ExitCode::kCorrupt, fmt::format("element '{}' holds a string that is not UTF-8",
                                                EscapeForDisplay(element.key)));
  }
  out.Append(AsBytes(text));
}

std::string_view StringAt(ByteView value) { return AsText(value.subspan(4, value.size() - 5)); }

void AppendBinary(const Element& element, ByteBuffer& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto payload = BinaryPayload(element.value);
  if (!payload) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("element '{}' has an inner length that does not fit its bytes",
                            EscapeForDisplay(element.key)));
  }
  JsonText text(out);
  for (const std::uint8_t byte : *payload) {
    text.Raw(kDigits[byte >> 4]);
    text.Raw(kDigits[byte & 0xF]);
  }
}

void AppendObjectId(ByteView value, ByteBuffer& out) {
  JsonText text(out);
  text.Raw("ObjectId(");
  text.Hex(value);
  text.Raw(')');
}

void AppendRegex(const Element& element, ByteBuffer& out) {
  const std::string_view value = AsText(element.value);
  const std::size_t end = value.find('\0');
  JsonText text(out);
  text.Raw('/');
  AppendText(element, value.substr(0, end), out);
  text.Raw('/');
  AppendText(element, value.substr(end + 1, value.size() - end - 2), out);
}

}  // namespace

bool DelimitedCell::IsNumber(const Element& element) {
  return element.type == BsonType::kDouble || element.type == BsonType::kInt32 ||
         element.type == BsonType::kInt64 || element.type == BsonType::kDecimal128;
}

void DelimitedCell::Append(const Element& element, ByteBuffer& out) {
  switch (element.type) {
    case BsonType::kNull:
      return;
    case BsonType::kString:
    case BsonType::kSymbol:
    case BsonType::kCode:
      return AppendText(element, StringAt(element.value), out);
    case BsonType::kDouble:
      return JsonText(out).Double(LoadDouble(element.value.data()));
    case BsonType::kDecimal128: {
      JsonText text(out);
      return AppendDecimal128(element.value, text);
    }
    case BsonType::kObjectId:
      return AppendObjectId(element.value, out);
    case BsonType::kBinary:
      return AppendBinary(element, out);
    case BsonType::kRegex:
      return AppendRegex(element, out);
    case BsonType::kDate: {
      const std::int64_t time = LoadInt64(element.value.data());
      if (time < kYear0 || time >= kYear10000) break;
      return JsonText(out).IsoDateWithMilliseconds(time);
    }
    default:
      break;
  }
  json_.AppendValue(element, out);
}

}  // namespace haul
