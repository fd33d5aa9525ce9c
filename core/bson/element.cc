#include "core/bson/element.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <string>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element_scan.h"

namespace haul {

static_assert(std::endian::native == std::endian::little, "BSON integers are copied as they lie");

namespace {

template <typename T>
T Load(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

struct ValueSize {
  std::size_t size = 0;
  const char* problem = nullptr;
};

constexpr ValueSize Faulty(const char* problem) { return {0, problem}; }

constexpr const char* kEndsAfterDocument = "ends after its document";

// `left` ends before the document's closing 0.
ValueSize MeasureString(ByteView left) {
  if (left.size() < 5) return Faulty(kEndsAfterDocument);
  const std::int32_t length = LoadInt32(left.data());
  if (length < 1) return Faulty("has a string length below 1");
  const auto whole = std::size_t{4} + static_cast<std::size_t>(length);
  if (whole > left.size()) return Faulty(kEndsAfterDocument);
  if (left[whole - 1] != 0) return Faulty("is a string that does not end with 0");
  return {whole, nullptr};
}

ValueSize MeasureDocument(ByteView left) {
  if (left.size() < 5) return Faulty(kEndsAfterDocument);
  const std::int32_t length = LoadInt32(left.data());
  if (length < 5) return Faulty("has a document length below 5");
  const auto whole = static_cast<std::size_t>(length);
  if (whole > left.size()) return Faulty(kEndsAfterDocument);
  if (left[whole - 1] != 0) return Faulty("is a document that does not end with 0");
  return {whole, nullptr};
}

ValueSize MeasureBinary(ByteView left) {
  if (left.size() < 5) return Faulty(kEndsAfterDocument);
  const std::int32_t length = LoadInt32(left.data());
  if (length < 0) return Faulty("has a negative binary length");
  const auto whole = std::size_t{5} + static_cast<std::size_t>(length);
  if (whole > left.size()) return Faulty(kEndsAfterDocument);
  return {whole, nullptr};
}

ValueSize MeasureRegex(ByteView left) {
  std::size_t size = 0;
  for (int part = 0; part < 2; ++part) {
    const ByteView rest = left.subspan(size);
    const void* end = rest.empty() ? nullptr : std::memchr(rest.data(), 0, rest.size());
    if (end == nullptr) return Faulty(kEndsAfterDocument);
    size = static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - left.data()) + 1;
  }
  return {size, nullptr};
}

ValueSize MeasureCodeWithScope(ByteView left) {
  constexpr std::int32_t kSmallest = 4 + 5 + 5;
  if (left.size() < 4) return Faulty(kEndsAfterDocument);
  const std::int32_t length = LoadInt32(left.data());
  if (length < kSmallest) return Faulty("has a code length below 14");
  const auto whole = static_cast<std::size_t>(length);
  if (whole > left.size()) return Faulty(kEndsAfterDocument);
  return {whole, nullptr};
}

ValueSize MeasureDbPointer(ByteView left) {
  const ValueSize name = MeasureString(left);
  if (name.problem != nullptr) return name;
  if (left.size() - name.size < 12) return Faulty(kEndsAfterDocument);
  return {name.size + 12, nullptr};
}

ValueSize Fixed(ByteView left, std::size_t size) {
  return size <= left.size() ? ValueSize{size, nullptr} : Faulty(kEndsAfterDocument);
}

ValueSize Measure(BsonType type, ByteView left) {
  switch (type) {
    case BsonType::kDouble:
    case BsonType::kDate:
    case BsonType::kTimestamp:
    case BsonType::kInt64:
      return Fixed(left, 8);
    case BsonType::kInt32:
      return Fixed(left, 4);
    case BsonType::kBool:
      return Fixed(left, 1);
    case BsonType::kObjectId:
      return Fixed(left, 12);
    case BsonType::kDecimal128:
      return Fixed(left, 16);
    case BsonType::kUndefined:
    case BsonType::kNull:
    case BsonType::kMinKey:
    case BsonType::kMaxKey:
      return {0, nullptr};
    case BsonType::kString:
    case BsonType::kCode:
    case BsonType::kSymbol:
      return MeasureString(left);
    case BsonType::kDocument:
    case BsonType::kArray:
      return MeasureDocument(left);
    case BsonType::kBinary:
      return MeasureBinary(left);
    case BsonType::kRegex:
      return MeasureRegex(left);
    case BsonType::kDbPointer:
      return MeasureDbPointer(left);
    case BsonType::kCodeWithScope:
      return MeasureCodeWithScope(left);
  }
  return Faulty("has a type that BSON does not know");
}

}  // namespace

std::int32_t LoadInt32(const std::uint8_t* at) { return Load<std::int32_t>(at); }
std::int64_t LoadInt64(const std::uint8_t* at) { return Load<std::int64_t>(at); }
double LoadDouble(const std::uint8_t* at) { return Load<double>(at); }

const char* DocumentFrameProblem(ByteView document) {
  if (document.size() < 5) return "is shorter than an empty document";
  const std::int32_t length = LoadInt32(document.data());
  if (length < 5 || static_cast<std::size_t>(length) != document.size()) {
    return "has a length that does not fit its bytes";
  }
  return document.back() == 0 ? nullptr : "does not end with 0";
}

ElementScan ScanElement(ByteView document, std::size_t at) {
  ElementScan scan;
  const std::size_t end = document.size() - 1;
  if (document[at] == 0) {
    scan.problem = "is a terminator before the end of its document";
    return scan;
  }
  scan.element.type = BsonType{document[at]};
  const std::size_t key_at = at + 1;
  const void* key_end =
      key_at < end ? std::memchr(document.data() + key_at, 0, end - key_at) : nullptr;
  if (key_end == nullptr) {
    scan.problem = "has a name that does not end";
    return scan;
  }
  const auto value_at =
      static_cast<std::size_t>(static_cast<const std::uint8_t*>(key_end) - document.data()) + 1;
  scan.element.key = AsText(document.subspan(key_at, value_at - 1 - key_at));
  const ValueSize value = Measure(scan.element.type, document.subspan(value_at, end - value_at));
  scan.problem = value.problem;
  scan.element.value = document.subspan(value_at, value.size);
  scan.element.whole = document.subspan(at, value_at + value.size - at);
  return scan;
}

std::optional<CodeWithScope> SplitCodeWithScope(ByteView value) {
  const ByteView parts = value.subspan(4);
  const ValueSize code = MeasureString(parts);
  if (code.problem != nullptr) return std::nullopt;
  const ByteView scope = parts.subspan(code.size);
  if (DocumentFrameProblem(scope) != nullptr) return std::nullopt;
  return CodeWithScope{AsText(parts.subspan(4, code.size - 5)), scope};
}

std::optional<ByteView> BinaryPayload(ByteView value) {
  constexpr std::uint8_t kOldBinary = 2;
  const ByteView payload = value.subspan(5);
  if (value[4] != kOldBinary) return payload;
  if (payload.size() < 4) return std::nullopt;
  const std::int32_t length = LoadInt32(payload.data());
  if (length < 0 || static_cast<std::size_t>(length) != payload.size() - 4) return std::nullopt;
  return payload.subspan(4);
}

std::optional<std::string_view> Element::AsString() const {
  if (type != BsonType::kString) return std::nullopt;
  return AsText(value.subspan(4, value.size() - 5));
}

std::optional<ByteView> Element::AsDocument() const {
  if (type != BsonType::kDocument && type != BsonType::kArray) return std::nullopt;
  return value;
}

std::optional<double> Element::AsDouble() const {
  switch (type) {
    case BsonType::kDouble:
      return LoadDouble(value.data());
    case BsonType::kInt32:
      return LoadInt32(value.data());
    case BsonType::kInt64:
      return static_cast<double>(LoadInt64(value.data()));
    default:
      return std::nullopt;
  }
}

std::optional<Timestamp> Element::AsTimestamp() const {
  if (type != BsonType::kTimestamp) return std::nullopt;
  return Timestamp{.seconds = Load<std::uint32_t>(value.data() + 4),
                   .increment = Load<std::uint32_t>(value.data())};
}

std::optional<bool> Element::AsBool() const {
  if (type == BsonType::kBool) return value[0] != 0;
  const std::optional<double> number = AsDouble();
  if (!number) return std::nullopt;
  return *number != 0;
}

std::optional<std::int64_t> Element::AsInteger() const {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  switch (type) {
    case BsonType::kInt32:
      return LoadInt32(value.data());
    case BsonType::kInt64:
      return LoadInt64(value.data());
    case BsonType::kDouble: {
      const double number = LoadDouble(value.data());
      if (!(number >= -kTwoTo63 && number < kTwoTo63)) return std::nullopt;
      const auto integer = static_cast<std::int64_t>(number);
      if (static_cast<double>(integer) != number) return std::nullopt;
      return integer;
    }
    default:
      return std::nullopt;
  }
}

ElementWalk::ElementWalk(ByteView document) : document_(document), at_(4) {
  if (const char* problem = DocumentFrameProblem(document); problem != nullptr) {
    throw Error(ExitCode::kCorrupt, fmt::format("a document {}", problem));
  }
}

std::optional<Element> ElementWalk::Next() {
  if (at_ == document_.size() - 1) return std::nullopt;
  const ElementScan scan = ScanElement(document_, at_);
  if (scan.problem != nullptr) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("element '{}' at byte {} {}", EscapeForDisplay(scan.element.key), at_,
                            scan.problem));
  }
  at_ += scan.element.whole.size();
  return scan.element;
}

std::optional<Element> FindElement(ByteView document, std::string_view key) {
  ElementWalk walk(document);
  while (const std::optional<Element> element = walk.Next()) {
    if (element->key == key) return element;
  }
  return std::nullopt;
}

std::optional<ByteView> FindDocument(ByteView document, std::string_view key) {
  const std::optional<Element> element = FindElement(document, key);
  return element ? element->AsDocument() : std::nullopt;
}

std::string_view FindString(ByteView document, std::string_view key) {
  const std::optional<Element> element = FindElement(document, key);
  return element ? element->AsString().value_or("") : std::string_view();
}

}  // namespace haul
