#include "core/secret/token_claims.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/decimal128.h"
#include "core/bson/element.h"
#include "core/bson/element_scan.h"
#include "core/bson/json_text.h"

namespace haul {
namespace {

constexpr int kMaxNesting = 100;

class ClaimsWriter {
 public:
  explicit ClaimsWriter(ByteBuffer& out) : json_(out) {}

  // An array's keys are its positions, which JSON does not write.
  void Members(ByteView document, bool array, int nesting) {
    if (nesting > kMaxNesting) {
      throw Error(ExitCode::kRejected, "sign a token: its claims are nested too deeply");
    }
    json_.Raw(array ? '[' : '{');
    ElementWalk walk(document);
    bool first = true;
    while (const std::optional<Element> element = walk.Next()) {
      if (!first) json_.Raw(',');
      first = false;
      if (!array) {
        Text(*element, element->key);
        json_.Raw(':');
      }
      Value(*element, nesting);
    }
    json_.Raw(array ? ']' : '}');
  }

 private:
  void Value(const Element& element, int nesting) {
    switch (element.type) {
      case BsonType::kString:
        return Text(element, *element.AsString());
      case BsonType::kDocument:
      case BsonType::kArray:
        return Members(element.value, element.type == BsonType::kArray, nesting + 1);
      case BsonType::kObjectId:
        json_.Raw('"');
        json_.Hex(element.value);
        return json_.Raw('"');
      case BsonType::kBool:
        return json_.Raw(element.value[0] != 0 ? "true" : "false");
      case BsonType::kNull:
        return json_.Raw("null");
      case BsonType::kInt32:
      case BsonType::kInt64:
        return json_.Integer(*element.AsInteger());
      case BsonType::kDate:
        return json_.Integer(std::chrono::floor<std::chrono::seconds>(
                                 std::chrono::milliseconds(LoadInt64(element.value.data())))
                                 .count());
      case BsonType::kDecimal128:
        json_.Raw('"');
        AppendDecimal128(element.value, json_);
        return json_.Raw('"');
      case BsonType::kDouble:
        if (const double number = *element.AsDouble(); std::isfinite(number)) {
          return json_.Double(number);
        }
        [[fallthrough]];
      default:
        Refuse(element, "holds a value that JSON does not have");
    }
  }

  void Text(const Element& element, std::string_view text) {
    if (text.find('\0') != std::string_view::npos) Refuse(element, "holds a NUL");
    if (!json_.String(text)) Refuse(element, "is not UTF-8");
  }

  [[noreturn]] static void Refuse(const Element& element, std::string_view cause) {
    throw Error(ExitCode::kRejected,
                fmt::format("sign a token: claim {} {}", EscapeForDisplay(element.key), cause));
  }

  JsonText json_;
};

}  // namespace

std::string ClaimsToJson(ByteView claims) {
  ByteBuffer out;
  ClaimsWriter(out).Members(claims, false, 0);
  return std::string(AsText(out.view()));
}

}  // namespace haul
