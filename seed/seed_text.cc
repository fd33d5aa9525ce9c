#include "seed/seed_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/extended_json_wrapper.h"
#include "core/bson/open_document.h"

namespace haul {
namespace {

constexpr int kMaxNesting = 200;
constexpr std::string_view kSettingsName = "$$seed";
constexpr std::string_view kDocumentsName = "documents";

std::string_view WithoutMark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

BsonType TypeOf(const SeedValue& value) {
  if (value.IsObject()) return BsonType::kDocument;
  return value.IsArray() ? BsonType::kArray : value.type;
}

}  // namespace

const SeedValue* SeedValue::Find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const SeedMember& member) { return member.key == key; });
  return IsObject() && found != members.end() ? &found->value : nullptr;
}

Element SeedValue::AsElement() const {
  return {.type = type, .key = {}, .value = AsBytes(bytes), .whole = {}};
}

SeedText::SeedText(std::string_view text) : scan_(WithoutMark(text), JsonDialect::kCommented) {}

bool SeedText::HasMore() {
  scan_.SkipSpace();
  return !scan_.AtEnd();
}

SeedValue SeedText::Next() {
  SeedValue value = ReadValue();
  scan_.SkipSpace();
  return value;
}

SeedValue SeedText::ReadValue() {
  scan_.SkipSpace();
  SeedValue value;
  const char first = scan_.Peek();
  value.line = scan_.line();
  if (first == '{') {
    value.kind = SeedValue::Kind::kObject;
    ReadObject(value);
  } else if (first == '[') {
    value.kind = SeedValue::Kind::kArray;
    ReadArray(value);
  } else {
    value.type = scan_.ReadScalar(value.bytes);
  }
  return value;
}

void SeedText::EnterLevel(char bracket) {
  if (++depth_ > kMaxNesting) {
    scan_.Fail(fmt::format("more than {} levels of nesting", kMaxNesting));
  }
  scan_.Take(bracket);
  scan_.SkipSpace();
}

std::string SeedText::ReadNameAndColon() {
  std::string name = scan_.ReadName();
  scan_.SkipSpace();
  if (!scan_.Take(':')) scan_.Fail("':' is expected after a field name");
  return name;
}

void SeedText::ReadComma(char closing) {
  scan_.SkipSpace();
  if (!scan_.Take(',') && scan_.Peek() != closing) {
    scan_.Fail(fmt::format("',' or '{}' is expected", closing));
  }
  scan_.SkipSpace();
}

void SeedText::ReadObject(SeedValue& object) {
  EnterLevel('{');
  ReadMembers(object);
  Unwrap(object);
}

void SeedText::ReadMembers(SeedValue& object) {
  while (!scan_.Take('}')) {
    std::string name = ReadNameAndColon();
    object.members.push_back({std::move(name), ReadValue()});
    ReadComma('}');
  }
  --depth_;
  RefuseRepeatedNames(object);
}

void SeedText::ReadArray(SeedValue& array) {
  for (EnterLevel('['); !scan_.Take(']'); ReadComma(']'))
    array.members.push_back({{}, ReadValue()});
  --depth_;
}

void SeedText::ReadDocuments(const std::string& path, const Parts& parts) {
  scan_.SkipSpace();
  if (scan_.Peek() != '[') scan_.Fail("an array of documents is expected");
  std::size_t index = 0;
  for (EnterLevel('['); !scan_.Take(']'); ReadComma(']')) {
    parts.document(ReadValue(), fmt::format("{}[{}]", path, index++));
  }
  --depth_;
}

void SeedText::Read(const Parts& parts) {
  std::size_t index = 0;
  for (bool first = true; HasMore(); first = false) {
    const char bracket = scan_.Peek();
    if (bracket == '[' && first) {
      ReadDocuments("", parts);
      if (HasMore()) scan_.Fail("something follows the array of documents");
      return;
    }
    if (bracket != '{') scan_.Fail("a document begins with '{'");
    ReadTopObject(fmt::format("[{}]", index++), parts);
  }
}

void SeedText::ReadTopObject(const std::string& path, const Parts& parts) {
  SeedValue object;
  object.kind = SeedValue::Kind::kObject;
  object.line = scan_.line();
  EnterLevel('{');
  if (scan_.Peek() == '"') {
    std::string name = ReadNameAndColon();
    SeedValue value = ReadValue();
    ReadComma('}');
    if (name == kSettingsName) {
      parts.settings(std::move(value));
      return ReadRestOfHeader(parts);
    }
    object.members.push_back({std::move(name), std::move(value)});
  }
  ReadMembers(object);
  HandOut(std::move(object), path, parts);
}

// Behind "$$seed": …
void SeedText::ReadRestOfHeader(const Parts& parts) {
  for (bool read = false; !scan_.Take('}'); ReadComma('}')) {
    const std::string name = ReadNameAndColon();
    if (name != kDocumentsName || read) {
      scan_.Fail(fmt::format("beside {} only one \"{}\" is expected, not '{}'", kSettingsName,
                             kDocumentsName, EscapeForDisplay(name)));
    }
    ReadDocuments(std::string(kDocumentsName), parts);
    read = true;
  }
  --depth_;
}

void SeedText::HandOut(SeedValue&& object, const std::string& path, const Parts& parts) {
  if (object.Find(kSettingsName) == nullptr) return parts.document(std::move(object), path);
  for (SeedMember& member : object.members) {
    if (member.key == kSettingsName) parts.settings(std::move(member.value));
  }
  for (SeedMember& member : object.members) {
    if (member.key == kSettingsName) continue;
    if (member.key != kDocumentsName || !member.value.IsArray()) {
      scan_.Fail(fmt::format("beside {} only \"{}\": […] is expected, not '{}'", kSettingsName,
                             kDocumentsName, EscapeForDisplay(member.key)));
    }
    std::size_t index = 0;
    for (SeedMember& document : member.value.members) {
      parts.document(std::move(document.value), fmt::format("{}[{}]", kDocumentsName, index++));
    }
  }
}

void SeedText::RefuseRepeatedNames(const SeedValue& object) const {
  std::vector<std::string_view> names;
  names.reserve(object.members.size());
  for (const SeedMember& member : object.members) names.emplace_back(member.key);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return;
  scan_.Fail(fmt::format("the field '{}' stands twice in the object that begins at line {}",
                         EscapeForDisplay(*twice), object.line));
}

void SeedText::Unwrap(SeedValue& object) const {
  if (object.members.empty() || !IsWrapperName(object.members.front().key)) return;
  ByteBuffer plain;
  AppendPlainBson(object, plain);
  try {
    std::optional<WrappedValue> wrapped = UnwrapExtended(plain.view());
    object.kind = SeedValue::Kind::kScalar;
    object.type = wrapped->type;
    object.bytes = std::move(wrapped->bytes);
    object.members.clear();
  } catch (const Error& error) {
    scan_.Fail(error.message());
  }
}

void AppendPlainBson(const SeedValue& value, ByteBuffer& out) {
  if (value.kind == SeedValue::Kind::kScalar) return out.Append(AsBytes(value.bytes));
  OpenDocument document(out);
  std::size_t index = 0;
  for (const SeedMember& member : value.members) {
    document.BeginElement(TypeOf(member.value),
                          value.IsArray() ? fmt::to_string(index++) : member.key);
    AppendPlainBson(member.value, out);
  }
  document.End();
}

}  // namespace haul
