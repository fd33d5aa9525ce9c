#include "seed/compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/text.h"
#include "seed/directives.h"
#include "seed/seed_text.h"

namespace haul {
namespace {

constexpr std::string_view kRepeat = "$$repeat";
constexpr std::uint64_t kMaxCopies = 1'000'000'000;

bool IsRepeat(const SeedValue& value) {
  return value.Find(kRepeat) != nullptr && value.members.size() == 1;
}

std::string Inner(const SeedPlace& place, std::string_view key) {
  return place.path.empty() ? std::string(key) : fmt::format("{}.{}", place.path, key);
}

}  // namespace

void SeedCompiler::Fail(const SeedPlace& place, std::string_view cause, std::string hint) const {
  throw Error(ExitCode::kUsage,
              fmt::format("{}: line {}, {}: {}", EscapeForDisplay(context_.file), place.value.line,
                          EscapeForDisplay(place.path), cause),
              std::move(hint));
}

CompiledDocument SeedCompiler::CompileDocument(const SeedPlace& place) {
  CompiledDocument compiled;
  learnt_ = &compiled;
  compiled.line = place.value.line;
  const bool repeated = IsRepeat(place.value);
  const Repeat repeat = repeated ? ReadRepeat(place) : Repeat{1, {place.value, place.path}};
  compiled.copies = repeat.copies;
  if (!repeat.document.value.IsObject() || IsRepeat(repeat.document.value)) {
    Fail(repeat.document, "a document is expected, which is an object");
  }
  compiled.has_id = repeat.document.value.Find("_id") != nullptr;
  path_begins_ = repeat.document.path.size() + 1;
  field_.clear();
  copies_ = repeat.copies;
  compiled.document = CompileObject(repeat.document);
  copies_ = 1;
  learnt_ = nullptr;
  return compiled;
}

ExpressionPtr SeedCompiler::CompileField(const std::string& field, const SeedPlace& place,
                                         CompiledDocument& learnt) {
  learnt_ = &learnt;
  path_begins_ = place.path.size() - std::min(place.path.size(), field.size());
  field_ = field;
  ExpressionPtr value = Compile(place);
  learnt_ = nullptr;
  return value;
}

ExpressionPtr SeedCompiler::Compile(const SeedPlace& place) {
  const SeedValue& value = place.value;
  if (value.IsArray()) return CompileArray(place);
  if (!value.IsObject()) return std::make_unique<Constant>(WrappedValue{value.type, value.bytes});
  if (IsRepeat(value)) {
    std::vector<ArrayItem> items;
    const Repeat repeat = ReadRepeat(place);
    items.push_back({CompileCopies(repeat), repeat.copies});
    return ArrayOf(std::move(items));
  }
  const auto directive =
      std::find_if(value.members.begin(), value.members.end(),
                   [](const SeedMember& member) { return member.key.starts_with("$$"); });
  if (directive == value.members.end()) return CompileObject(place);
  return Directives(*this).Compile(place, *directive);
}

ExpressionPtr SeedCompiler::CompileObject(const SeedPlace& place) {
  const bool is_document = field_.empty();
  std::vector<NamedExpression> members;
  for (const SeedMember& member : place.value.members) {
    const SeedPlace inner{member.value, Inner(place, member.key)};
    if (member.key.starts_with("$$")) {
      Fail(inner, fmt::format("{} stands in the place of a field", EscapeForDisplay(member.key)),
           "a directive is an object of its own: {\"createdAt\": {\"$$now\": 1}}");
    }
    if (is_document) field_ = member.key;
    members.push_back({member.key, Compile(inner)});
  }
  if (is_document) field_.clear();
  return ObjectOf(std::move(members));
}

ExpressionPtr SeedCompiler::CompileArray(const SeedPlace& place) {
  std::vector<ArrayItem> items;
  std::size_t index = 0;
  for (const SeedMember& member : place.value.members) {
    const SeedPlace inner{member.value, fmt::format("{}[{}]", place.path, index++)};
    if (IsRepeat(member.value)) {
      const Repeat repeat = ReadRepeat(inner);
      items.push_back({CompileCopies(repeat), repeat.copies});
    } else {
      items.push_back({Compile(inner), 1});
    }
  }
  return ArrayOf(std::move(items));
}

SeedCompiler::Repeat SeedCompiler::ReadRepeat(const SeedPlace& place) const {
  const SeedValue& argument = *place.value.Find(kRepeat);
  const std::string path = Inner(place, kRepeat);
  const SeedValue* count = argument.Find("n");
  const SeedValue* document = argument.Find("doc");
  if (count == nullptr || document == nullptr || argument.members.size() != 2) {
    Fail({argument, path}, "$$repeat takes {\"n\": a number, \"doc\": what is repeated}");
  }
  const auto copies = count->AsElement().AsInteger();
  if (!copies || *copies < 0 || static_cast<std::uint64_t>(*copies) > kMaxCopies ||
      count->type == BsonType::kBool) {
    Fail({*count, path + ".n"}, fmt::format("a number from 0 to {} is expected", kMaxCopies));
  }
  return {static_cast<std::uint64_t>(*copies), {*document, path + ".doc"}};
}

ExpressionPtr SeedCompiler::CompileCopies(const Repeat& repeat) {
  const std::uint64_t outer = copies_;
  if (repeat.copies != 0 && outer > std::numeric_limits<std::uint64_t>::max() / repeat.copies) {
    Fail(repeat.document, "there would be too many copies");
  }
  copies_ = outer * repeat.copies;
  ExpressionPtr value = Compile(repeat.document);
  copies_ = outer;
  return value;
}

std::uint64_t SeedCompiler::CountPlace(PlaceCounts& counts, const SeedPlace& place) {
  const std::size_t begin = std::min(path_begins_, place.path.size());
  return std::exchange(counts[place.path.substr(begin)],
                       counts[place.path.substr(begin)] + copies_);
}

}  // namespace haul
