#include "core/transform/mask.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/transform/decimal_number.h"

namespace haul {
namespace {

constexpr std::string_view kConstant = "constant:";

// Below these the kinds are the types of BSON.
constexpr std::uint8_t kText = 0x80;
constexpr std::uint8_t kNumber = 0x81;

KeyedHash::Digest DigestOf(const KeyedHash& key, const Element& value) {
  if (const std::optional<std::string_view> text = value.AsString()) {
    return key.Of(kText, AsBytes(*text));
  }
  if (const std::optional<DecimalNumber> number = DecimalNumber::Of(value)) {
    return key.Of(kNumber, AsBytes(number->ToText()));
  }
  return key.Of(static_cast<std::uint8_t>(value.type), value.value);
}

class HashMask : public FieldEdit {
 public:
  enum class Form { kHex, kEmail };
  HashMask(const KeyedHash& key, Form form) : key_(key), form_(form) {}

  void Change(const Element& field, const EditPlace& place) const override {
    if (field.type == BsonType::kNull) return place.out.Append(field);
    constexpr std::size_t kHexDigits = 64;
    constexpr std::size_t kLocalPart = 24;
    constexpr std::string_view kDomain = "@masked.invalid";
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<char, kHexDigits> text{};
    std::size_t size = 0;
    for (const std::uint8_t byte : DigestOf(key_, field)) {
      text[size++] = kDigits[byte >> 4];
      text[size++] = kDigits[byte & 15];
    }
    if (form_ == Form::kEmail) {
      size = kLocalPart + kDomain.copy(text.data() + kLocalPart, kDomain.size());
    }
    place.out.AppendText(place.key, {text.data(), size});
  }
  [[nodiscard]] bool enters_arrays() const override { return true; }

 private:
  KeyedHash key_;
  Form form_;
};

class ConstantMask : public FieldEdit {
 public:
  explicit ConstantMask(StoredValue value) : value_(std::move(value)) {}
  void Change(const Element& /*field*/, const EditPlace& place) const override {
    value_.AppendTo(place.out, place.key);
  }

 private:
  StoredValue value_;
};

class RedactMask : public FieldEdit {
 public:
  void Change(const Element& field, const EditPlace& place) const override {
    if (field.type == BsonType::kNull) return place.out.Append(field);
    place.out.AppendText(place.key, "<redacted>");
  }
};

}  // namespace

SharedEdit Redact() { return std::make_shared<RedactMask>(); }

bool MaskUsesKey(std::string_view text) { return text == "hash" || text == "email"; }

SharedEdit ParseMask(std::string_view text, std::string_view what, const KeyedHash& key) {
  if (text == "hash") return std::make_shared<HashMask>(key, HashMask::Form::kHex);
  if (text == "email") return std::make_shared<HashMask>(key, HashMask::Form::kEmail);
  if (text == "null") return std::make_shared<ConstantMask>(StoredValue{});
  if (text == "redact") return Redact();
  if (text.starts_with(kConstant)) {
    return std::make_shared<ConstantMask>(ParseStoredValue(text.substr(kConstant.size())));
  }
  throw Error(ExitCode::kUsage, fmt::format("{}: '{}' is no mask", what, EscapeForDisplay(text)),
              "choose hash, email, null, redact or constant:VALUE");
}

}  // namespace haul
