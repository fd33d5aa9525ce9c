#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/decimal128.h"
#include "core/bson/element_scan.h"
#include "core/bson/extended_json.h"
#include "core/bson/extended_json_wrapper.h"

namespace haul {
namespace {

constexpr std::size_t kMaxNesting = 1000;
constexpr std::int64_t kYear10000 = 253'402'300'800'000;

[[noreturn]] void Corrupt(const Element& element, std::string_view problem) {
  throw Error(ExitCode::kCorrupt,
              fmt::format("element '{}' {}", EscapeForDisplay(element.key), problem));
}

std::string_view StringAt(ByteView value) { return AsText(value.subspan(4, value.size() - 5)); }

void WriteString(std::string_view text, JsonText& json) {
  if (json.String(text)) return;
  throw Error(ExitCode::kCorrupt, "a document holds a string that is not UTF-8");
}

void WriteWrappedString(std::string_view before, std::string_view text, JsonText& json) {
  json.Raw(before);
  WriteString(text, json);
  json.Raw('}');
}

void WriteDecimal(ByteView value, JsonText& json) {
  json.Raw(R"({"$numberDecimal":")");
  AppendDecimal128(value, json);
  json.Raw(R"("})");
}

void WriteBinary(const Element& element, JsonText& json) {
  const std::optional<ByteView> payload = BinaryPayload(element.value);
  if (!payload) Corrupt(element, "has an inner length that does not fit its bytes");
  json.Raw(R"({"$binary":{"base64":")");
  json.Base64(*payload);
  json.Raw(R"(","subType":")");
  json.Hex(element.value.subspan(4, 1));
  json.Raw(R"("}})");
}

void WriteBool(const Element& element, JsonText& json) {
  if (element.value[0] > 1) Corrupt(element, "is a bool that is neither 0 nor 1");
  json.Raw(element.value[0] == 1 ? std::string_view("true") : "false");
}

void WriteTimestamp(ByteView value, JsonText& json) {
  json.Raw(R"({"$timestamp":{"t":)");
  json.Integer(static_cast<std::uint32_t>(LoadInt32(value.data() + 4)));
  json.Raw(R"(,"i":)");
  json.Integer(static_cast<std::uint32_t>(LoadInt32(value.data())));
  json.Raw("}}");
}

void WriteObjectId(ByteView value, JsonText& json) {
  json.Raw(R"({"$oid":")");
  json.Hex(value);
  json.Raw(R"("})");
}

void WriteDbPointer(ByteView value, JsonText& json) {
  json.Raw(R"({"$dbPointer":{"$ref":)");
  WriteString(StringAt(value.first(value.size() - 12)), json);
  json.Raw(R"(,"$id":)");
  WriteObjectId(value.last(12), json);
  json.Raw("}}");
}

void WriteNumber(std::string_view before, std::int64_t value, JsonText& json) {
  json.Raw(before);
  json.Integer(value);
  json.Raw(R"("})");
}

}  // namespace

void JsonWriter::Append(ByteView document, ByteBuffer& out) {
  const std::size_t begin = out.size();
  JsonText json(out);
  levels_.clear();
  reads_back_differently_ = false;
  try {
    if (const char* problem = DocumentFrameProblem(document); problem != nullptr) {
      throw Error(ExitCode::kCorrupt, fmt::format("a document {}", problem));
    }
    Open(document, false, "}", json);
    Walk(json);
  } catch (...) {
    out.Resize(begin);
    throw;
  }
}

void JsonWriter::AppendValue(const Element& element, ByteBuffer& out) {
  const std::size_t begin = out.size();
  JsonText json(out);
  levels_.clear();
  reads_back_differently_ = false;
  try {
    Value(element, json);
    Walk(json);
  } catch (...) {
    out.Resize(begin);
    throw;
  }
}

void JsonWriter::Open(ByteView document, bool array, std::string_view closing, JsonText& json) {
  if (levels_.size() > kMaxNesting) {
    throw Error(ExitCode::kLimit,
                fmt::format("a document is nested deeper than {} levels", kMaxNesting));
  }
  levels_.push_back({document, 4, closing, array});
  json.Raw(array ? '[' : '{');
}

void JsonWriter::Walk(JsonText& json) {
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.at == level.document.size() - 1) {
      json.Raw(level.closing);
      levels_.pop_back();
      continue;
    }
    const ElementScan scan = ScanElement(level.document, level.at);
    const Element& element = scan.element;
    if (scan.problem != nullptr)
      Corrupt(element, fmt::format("at byte {} {}", level.at, scan.problem));
    const bool first = level.at == 4;
    level.at += element.whole.size();
    if (!first) json.Raw(',');
    if (!level.array) {
      if (first && element.key.starts_with('$') && IsWrapperName(element.key)) {
        reads_back_differently_ = true;
      }
      WriteString(element.key, json);
      json.Raw(':');
    }
    Value(element, json);
  }
}

void JsonWriter::Value(const Element& element, JsonText& json) {
  const ByteView value = element.value;
  switch (element.type) {
    case BsonType::kDouble:
      return Double(LoadDouble(value.data()), json);
    case BsonType::kString:
      return WriteString(StringAt(value), json);
    case BsonType::kDocument:
      return Open(value, false, "}", json);
    case BsonType::kArray:
      return Open(value, true, "]", json);
    case BsonType::kBinary:
      return WriteBinary(element, json);
    case BsonType::kUndefined:
      return json.Raw(R"({"$undefined":true})");
    case BsonType::kObjectId:
      return WriteObjectId(value, json);
    case BsonType::kBool:
      return WriteBool(element, json);
    case BsonType::kDate:
      return Date(LoadInt64(value.data()), json);
    case BsonType::kNull:
      return json.Raw("null");
    case BsonType::kRegex:
      return Regex(AsText(value), json);
    case BsonType::kDbPointer:
      return WriteDbPointer(value, json);
    case BsonType::kCode:
      return WriteWrappedString(R"({"$code":)", StringAt(value), json);
    case BsonType::kSymbol:
      return WriteWrappedString(R"({"$symbol":)", StringAt(value), json);
    case BsonType::kCodeWithScope:
      return CodeWithScope(element, json);
    case BsonType::kInt32:
      if (style_.relaxed) return json.Integer(LoadInt32(value.data()));
      return WriteNumber(R"({"$numberInt":")", LoadInt32(value.data()), json);
    case BsonType::kTimestamp:
      return WriteTimestamp(value, json);
    case BsonType::kInt64:
      if (style_.relaxed) return json.Integer(LoadInt64(value.data()));
      return WriteNumber(R"({"$numberLong":")", LoadInt64(value.data()), json);
    case BsonType::kDecimal128:
      return WriteDecimal(value, json);
    case BsonType::kMinKey:
      return json.Raw(R"({"$minKey":1})");
    case BsonType::kMaxKey:
      return json.Raw(R"({"$maxKey":1})");
  }
}

void JsonWriter::Double(double value, JsonText& json) const {
  if (style_.relaxed && std::isfinite(value)) return json.Double(value);
  json.Raw(R"({"$numberDouble":")");
  json.Double(value);
  json.Raw(R"("})");
}

void JsonWriter::Date(std::int64_t milliseconds, JsonText& json) const {
  if (style_.relaxed && milliseconds >= 0 && milliseconds < kYear10000) {
    json.Raw(R"({"$date":")");
    json.IsoDate(milliseconds);
    return json.Raw(R"("})");
  }
  WriteNumber(R"({"$date":{"$numberLong":")", milliseconds, json);
  json.Raw('}');
}

void JsonWriter::Regex(std::string_view value, JsonText& json) const {
  const std::size_t end = value.find('\0');
  std::string options(value.substr(end + 1, value.size() - end - 2));
  // What is not ASCII is no option; its bytes belong together.
  const bool plain =
      std::ranges::all_of(options, [](char c) { return static_cast<signed char>(c) > 0; });
  if (style_.sort_regex_options && plain) std::ranges::sort(options);
  json.Raw(R"({"$regularExpression":{"pattern":)");
  WriteString(value.substr(0, end), json);
  json.Raw(R"(,"options":)");
  WriteString(options, json);
  json.Raw("}}");
}

void JsonWriter::CodeWithScope(const Element& element, JsonText& json) {
  const std::optional<haul::CodeWithScope> parts = SplitCodeWithScope(element.value);
  if (!parts) Corrupt(element, "has a code and a scope that do not fit its length");
  json.Raw(R"({"$code":)");
  WriteString(parts->code, json);
  json.Raw(R"(,"$scope":)");
  Open(parts->scope, false, "}}", json);
}

std::string ToCanonicalJson(ByteView document) {
  ByteBuffer json;
  JsonWriter().Append(document, json);
  return std::string(AsText(json.view()));
}

}  // namespace haul
