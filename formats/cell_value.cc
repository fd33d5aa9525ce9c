#include "formats/cell_value.h"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/base64.h"
#include "core/bson/short_wrapper.h"
#include "formats/cell_number.h"

namespace haul {
namespace {

using Kind = CellType::Kind;

struct TypeName {
  std::string_view name;
  Kind kind;
  bool takes_argument = false;
};

constexpr std::array<TypeName, 12> kTypes = {{{"auto", Kind::kAuto},
                                              {"string", Kind::kString},
                                              {"int32", Kind::kInt32},
                                              {"int64", Kind::kInt64},
                                              {"double", Kind::kDouble},
                                              {"decimal", Kind::kDecimal},
                                              {"boolean", Kind::kBoolean},
                                              {"binary", Kind::kBase64, true},
                                              {"date", Kind::kDate, true},
                                              {"date_go", Kind::kDate, true},
                                              {"date_ms", Kind::kDate, true},
                                              {"date_oracle", Kind::kDate, true}}};

[[noreturn]] void Fail(std::string cause) { throw Error(ExitCode::kUsage, std::move(cause)); }

const TypeName& FindType(std::string_view name) {
  for (const TypeName& type : kTypes) {
    if (type.name == name) return type;
  }
  Fail(fmt::format("there is no column type '{}'", EscapeForDisplay(name)));
}

Kind BinaryKind(std::string_view encoding) {
  if (encoding == "base64") return Kind::kBase64;
  if (encoding == "base32") return Kind::kBase32;
  if (encoding == "hex") return Kind::kHex;
  Fail(fmt::format("binary takes (base64), (base32) or (hex), not ({})",
                   EscapeForDisplay(encoding)));
}

DateLayout LayoutOf(std::string_view type, std::string_view layout) {
  if (layout.empty()) Fail(fmt::format("{} takes a layout, as in {}(2006-01-02)", type, type));
  if (type == "date_ms") return DateLayout::FromSqlServer(layout);
  if (type == "date_oracle") return DateLayout::FromOracle(layout);
  return DateLayout::FromGo(layout);
}

bool AppendString(std::string_view text, std::size_t type_at, BsonOutput& out) {
  out.SetType(type_at, BsonType::kString);
  const std::size_t length_at = out.OpenLength();
  out.Bytes(AsBytes(text));
  out.CloseString(length_at);
  return true;
}

bool AppendInteger(std::int64_t value, bool small, std::size_t type_at, BsonOutput& out) {
  out.SetType(type_at, small ? BsonType::kInt32 : BsonType::kInt64);
  if (small) {
    out.Raw(static_cast<std::int32_t>(value));
  } else {
    out.Raw(value);
  }
  return true;
}

bool AppendDouble(double value, std::size_t type_at, BsonOutput& out) {
  out.SetType(type_at, BsonType::kDouble);
  out.Raw(value);
  return true;
}

bool IsInt32(std::int64_t value) {
  using Int32 = std::numeric_limits<std::int32_t>;
  return value >= Int32::min() && value <= Int32::max();
}

// Most cells are words: what cannot begin a number is not tried as one.
bool MayBeNumber(std::string_view text) {
  constexpr std::string_view kBegins = "0123456789+-.iInN";
  return !text.empty() && kBegins.find(text[0]) != std::string_view::npos;
}

bool AppendAuto(std::string_view text, std::size_t type_at, BsonOutput& out) {
  if (MayBeNumber(text)) {
    const auto integer = ParseCellInteger(text);
    if (integer) return AppendInteger(*integer, IsInt32(*integer), type_at, out);
    const auto real = ParseCellDouble(text);
    if (real) return AppendDouble(*real, type_at, out);
  }
  return AppendString(text, type_at, out);
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

bool AppendBoolean(std::string_view text, std::size_t type_at, BsonOutput& out) {
  const bool yes = text == "1" || EqualsIgnoringCase(text, "true");
  if (!yes && text != "0" && !EqualsIgnoringCase(text, "false")) return false;
  out.SetType(type_at, BsonType::kBool);
  out.Byte(yes ? 1 : 0);
  return true;
}

bool AppendBinary(const std::optional<std::string>& bytes, std::size_t type_at, BsonOutput& out) {
  if (!bytes) return false;
  out.SetType(type_at, BsonType::kBinary);
  out.Raw(static_cast<std::int32_t>(bytes->size()));
  out.Byte(0);
  out.Bytes(AsBytes(*bytes));
  return true;
}

std::optional<std::string> DecodeHex(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  std::string bytes = FromHex(lower);
  if (bytes.empty() && !text.empty()) return std::nullopt;
  return bytes;
}

// RFC 4648 section 6, padded: eight characters are five bytes.
std::optional<std::string> DecodeBase32(std::string_view text) {
  constexpr std::size_t kGroup = 8;
  if (text.size() % kGroup != 0) return std::nullopt;
  const std::size_t characters = std::min(text.find('='), text.size());
  const std::size_t padding = text.size() - characters;
  const bool right_padding =
      padding == 0 || padding == 1 || padding == 3 || padding == 4 || padding == 6;
  if (!right_padding || text.find_first_not_of('=', characters) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text.substr(0, characters)) {
    const bool letter = c >= 'A' && c <= 'Z';
    if (!letter && (c < '2' || c > '7')) return std::nullopt;
    bits = (bits << 5) | static_cast<std::uint32_t>(letter ? c - 'A' : c - '2' + 26);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count);
    bits &= (1U << count) - 1;
  }
  if (bits != 0) return std::nullopt;
  return bytes;
}

bool AppendShort(const std::optional<ShortValue>& value, std::size_t type_at, BsonOutput& out) {
  if (!value) return false;
  out.SetType(type_at, value->type);
  out.Bytes(value->view());
  return true;
}

}  // namespace

CellType::CellType(std::string_view name, std::string_view argument)
    : name_(name), kind_(FindType(name).kind) {
  if (!FindType(name).takes_argument && !argument.empty()) {
    Fail(fmt::format("type {} takes no argument, as in {}()", name, name));
  }
  if (kind_ == Kind::kBase64) kind_ = BinaryKind(argument);
  if (kind_ == Kind::kDate) layout_ = LayoutOf(name, argument);
}

bool CellType::Append(std::string_view text, std::size_t type_at, BsonOutput& out) const {
  switch (kind_) {
    case Kind::kAuto:
      return AppendAuto(text, type_at, out);
    case Kind::kString:
      return AppendString(text, type_at, out);
    case Kind::kInt32:
    case Kind::kInt64: {
      const auto value = ParseCellInteger(text);
      const bool small = kind_ == Kind::kInt32;
      if (!value || (small && !IsInt32(*value))) return false;
      return AppendInteger(*value, small, type_at, out);
    }
    case Kind::kDouble: {
      const auto value = ParseCellDouble(text);
      return value && AppendDouble(*value, type_at, out);
    }
    case Kind::kDecimal:
      return AppendShort(UnwrapShort("$numberDecimal", text), type_at, out);
    case Kind::kBoolean:
      return AppendBoolean(text, type_at, out);
    case Kind::kBase64:
      return AppendBinary(DecodeBase64(text), type_at, out);
    case Kind::kBase32:
      return AppendBinary(DecodeBase32(text), type_at, out);
    case Kind::kHex:
      return AppendBinary(DecodeHex(text), type_at, out);
    case Kind::kDate: {
      const auto time = layout_.Parse(text);
      if (!time) return false;
      out.SetType(type_at, BsonType::kDate);
      out.Raw(*time);
      return true;
    }
  }
  return false;
}

}  // namespace haul
