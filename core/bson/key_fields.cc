#include "core/bson/key_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/decimal128.h"
#include "core/bson/element_scan.h"

namespace haul {
namespace {

void CheckPath(std::string_view path, const std::string& what) {
  const auto refuse = [&](std::string_view cause) {
    throw Error(ExitCode::kUsage, fmt::format("{}: '{}' {}", what, EscapeForDisplay(path), cause));
  };
  if (path.find('\0') != std::string_view::npos) refuse("holds a NUL");
  for (std::size_t begin = 0;;) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    if (dot == begin) refuse("has an empty part");
    if (path[begin] == '$') refuse("has a part that begins with '$', which a key cannot have");
    if (dot == path.size()) return;
    begin = dot + 1;
  }
}

bool SameOrInside(std::string_view inner, std::string_view outer) {
  return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '.');
}

Element FindPath(ByteView document, std::string_view path) {
  for (;;) {
    const std::size_t dot = path.find('.');
    const auto found = FindElement(document, path.substr(0, dot));
    if (!found || found->type == BsonType::kUndefined) return {};
    if (dot == std::string_view::npos) return *found;
    if (found->type != BsonType::kDocument) return {};
    document = found->value;
    path.remove_prefix(dot + 1);
  }
}

/// FNV-1a with a last mix: keys are short, and only the spread over a few lanes matters.
class Hash {
 public:
  void Add(ByteView bytes) {
    for (const std::uint8_t byte : bytes) Add(byte);
  }
  void Add(std::uint8_t byte) { state_ = (state_ ^ byte) * 0x100000001b3ULL; }
  [[nodiscard]] std::uint64_t value() const {
    std::uint64_t mixed = state_ ^ (state_ >> 33);
    mixed *= 0xff51afd7ed558ccdULL;
    return mixed ^ (mixed >> 33);
  }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

double AsNumber(const Element& element) {
  if (element.type == BsonType::kDouble) return LoadDouble(element.value.data());
  if (element.type == BsonType::kInt32) return LoadInt32(element.value.data());
  if (element.type == BsonType::kInt64) {
    return static_cast<double>(LoadInt64(element.value.data()));
  }
  ByteBuffer buffer;
  JsonText text(buffer);
  AppendDecimal128(element.value, text);
  return std::strtod(std::string(AsText(buffer.view())).c_str(), nullptr);
}

void AddNumber(double number, Hash& hash) {
  if (std::isnan(number)) return hash.Add(std::uint8_t{0x7F});
  if (number == 0) number = 0;  // -0.0 is equal to 0.0
  std::array<std::uint8_t, sizeof number> bytes{};
  std::memcpy(bytes.data(), &number, sizeof number);
  hash.Add(bytes);
}

// Nesting was measured when the document was parsed; the server refuses more than 200 levels.
void AddValue(const Element& element, Hash& hash) {  // NOLINT(misc-no-recursion)
  switch (element.type) {
    case BsonType::kDouble:
    case BsonType::kInt32:
    case BsonType::kInt64:
    case BsonType::kDecimal128:
      hash.Add(static_cast<std::uint8_t>(BsonType::kDouble));
      return AddNumber(AsNumber(element), hash);
    case BsonType::kString:
    case BsonType::kSymbol:
      hash.Add(static_cast<std::uint8_t>(BsonType::kString));
      return hash.Add(element.value);
    case BsonType::kDocument:
    case BsonType::kArray: {
      hash.Add(static_cast<std::uint8_t>(element.type));
      ElementWalk walk(element.value);
      while (const auto inner = walk.Next()) {
        hash.Add(AsBytes(inner->key));
        AddValue(*inner, hash);
      }
      return hash.Add(std::uint8_t{0});
    }
    default:
      hash.Add(static_cast<std::uint8_t>(element.type));
      hash.Add(element.value);
  }
}

}  // namespace

KeyFields::KeyFields(std::vector<std::string> paths, const std::string& what)
    : paths_(std::move(paths)) {
  if (paths_.empty()) throw Error(ExitCode::kUsage, what + ": names no field");
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    CheckPath(paths_[i], what);
    for (std::size_t other = 0; other < paths_.size(); ++other) {
      if (i == other || !SameOrInside(paths_[i], paths_[other])) continue;
      throw Error(ExitCode::kUsage,
                  fmt::format("{}: '{}' and '{}' overlap", what, EscapeForDisplay(paths_[other]),
                              EscapeForDisplay(paths_[i])));
    }
  }
}

KeyFields::Found KeyFields::Find(ByteView document, std::vector<Element>& values) const {
  Found found;
  values.clear();
  for (const std::string& path : paths_) {
    values.push_back(FindPath(document, path));
    if (values.back().type != BsonType::kNull) {
      ++found.values;
    } else if (found.first_absent.empty()) {
      found.first_absent = path;
    }
  }
  return found;
}

std::uint64_t HashKey(std::span<const Element> values) {
  Hash hash;
  for (const Element& value : values) AddValue(value, hash);
  return hash.value();
}

}  // namespace haul
