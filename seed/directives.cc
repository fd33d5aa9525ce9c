#include "seed/directives.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <random>
#include <utility>

#include "core/base/text.h"
#include "core/bson/value_bytes.h"
#include "core/cli/environment.h"
#include "core/io/sha1.h"
#include "core/storage/rooted_file.h"
#include "seed/generator.h"
#include "seed/relative_time.h"
#include "seed/seed_text.h"

namespace haul {
namespace {

ExpressionPtr Of(WrappedValue value) { return std::make_unique<Constant>(std::move(value)); }

ExpressionPtr OfText(std::string_view text) { return Of({BsonType::kString, StringBytes(text)}); }

ExpressionPtr OfDate(std::int64_t milliseconds) {
  return Of({BsonType::kDate, NumberBytes(milliseconds)});
}

constexpr std::uint8_t kUuidSubtype = 4;
using UuidBytes = std::array<std::uint8_t, 16>;

WrappedValue UuidOf(UuidBytes bytes, unsigned version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  return {BsonType::kBinary, BinaryBytes(kUuidSubtype, AsText(bytes))};
}

class RandomUuid final : public Expression {
 public:
  BsonType Append(const Moment& /*moment*/, ByteBuffer& out) const override {
    thread_local std::random_device random;
    UuidBytes bytes{};
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
      const std::uint32_t word = random();
      std::memcpy(bytes.data() + i, &word, sizeof word);
    }
    const WrappedValue value = UuidOf(bytes, 4);
    out.Append(AsBytes(value.bytes));
    return value.type;
  }
};

class Sequence final : public Expression {
 public:
  struct Steps {
    std::int64_t start = 1;
    std::int64_t step = 1;
    std::uint64_t first = 0;  // how many came before
  };
  explicit Sequence(Steps steps) : steps_(steps) {}

  BsonType Append(const Moment& moment, ByteBuffer& out) const override {
    // Wraps around where it leaves 64 bits, as it would step by step.
    const auto value = static_cast<std::int64_t>(static_cast<std::uint64_t>(steps_.start) +
                                                 static_cast<std::uint64_t>(steps_.step) *
                                                     (steps_.first + moment.copy));
    return AppendInteger(value, out);
  }

 private:
  const Steps steps_;
};

class ReferenceValue final : public Expression {
 public:
  explicit ReferenceValue(std::size_t number) : number_(number) {}
  BsonType Append(const Moment& moment, ByteBuffer& out) const override {
    if (moment.references == nullptr) return BsonType::kNull;
    const WrappedValue& value = moment.references->at(number_);
    out.Append(AsBytes(value.bytes));
    return value.type;
  }

 private:
  const std::size_t number_;
};

bool IsOne(const SeedValue& value) { return value.AsElement().AsInteger() == 1; }

}  // namespace

const Directives::Row* Directives::Find(std::string_view name) {
  static constexpr std::array<Row, 10> kRows = {{{"$$date", "", &Directives::Date},
                                                 {"$$env", " default ", &Directives::Env},
                                                 {"$$file", " as ", &Directives::File},
                                                 {"$$gen", "", &Directives::Gen},
                                                 {"$$literal", "", &Directives::Literal},
                                                 {"$$now", "", &Directives::Now},
                                                 {"$$oid", "", &Directives::Oid},
                                                 {"$$ref", " field as ", &Directives::Ref},
                                                 {"$$seq", "", &Directives::Seq},
                                                 {"$$uuid", "", &Directives::Uuid}}};
  const auto* const found =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.name == name; });
  return found == kRows.end() ? nullptr : found;
}

ExpressionPtr Directives::Compile(const SeedPlace& place, const SeedMember& directive) {
  const std::string path = fmt::format("{}.{}", place.path, directive.key);
  const SeedPlace argument{directive.value, path};
  const Row* const row = Find(directive.key);
  if (row == nullptr) {
    compiler_.Fail(argument, fmt::format("{} is no directive", EscapeForDisplay(directive.key)),
                   "there are $$date, $$env, $$file, $$gen, $$literal, $$now, $$oid, $$ref, "
                   "$$repeat, $$seq and $$uuid; {\"$$literal\": …} keeps an object as it is");
  }
  for (const SeedMember& member : place.value.members) {
    if (member.key == directive.key ||
        row->beside.find(fmt::format(" {} ", member.key)) != std::string_view::npos) {
      continue;
    }
    compiler_.Fail(
        {member.value, fmt::format("{}.{}", place.path, member.key)},
        fmt::format("{} does not know '{}' beside it", row->name, EscapeForDisplay(member.key)));
  }
  return (this->*row->compile)({place, argument});
}

std::string_view Directives::Text(const Call& call, std::string_view expected) const {
  const SeedValue& value = call.argument.value;
  if (value.kind != SeedValue::Kind::kScalar || value.type != BsonType::kString) {
    compiler_.Fail(call.argument, fmt::format("{} is expected", expected));
  }
  return *value.AsElement().AsString();
}

bool Directives::AsString(const Call& call) const {
  const SeedValue* as = call.place.value.Find("as");
  if (as == nullptr) return false;
  if (as->AsElement().AsString() != "string") {
    compiler_.Fail({*as, call.place.path + ".as"}, "only \"string\" is known");
  }
  return true;
}

void Directives::DiffersFromRunToRun() {
  compiler_.learnt_->volatile_fields.insert(compiler_.field_);
}

std::optional<std::int64_t> Directives::Time(const SeedValue& value) {
  if (value.kind != SeedValue::Kind::kScalar) return std::nullopt;
  const Element element = value.AsElement();
  if (element.type == BsonType::kDate) {
    std::int64_t milliseconds = 0;
    std::memcpy(&milliseconds, value.bytes.data(), sizeof milliseconds);
    return milliseconds;
  }
  const auto text = element.AsString();
  if (!text) return std::nullopt;
  const auto time = ParseSeedTime(*text, compiler_.context_.run.now);
  if (!time) return std::nullopt;
  if (time->relative) DiffersFromRunToRun();
  return time->milliseconds;
}

ExpressionPtr Directives::Date(const Call& call) {
  const auto time = Time(call.argument.value);
  if (!time) {
    compiler_.Fail(call.argument,
                   "a date is expected: \"2024-05-01\", \"2024-05-01T08:00:00Z\" or \"now-7d\" "
                   "(s, m, h, d, w)");
  }
  return OfDate(*time);
}

ExpressionPtr Directives::Now(const Call& call) {
  if (!IsOne(call.argument.value)) {
    compiler_.Fail(call.argument, "$$now takes 1", "{\"$$date\": \"now+30d\"} is a time near it");
  }
  DiffersFromRunToRun();
  return OfDate(compiler_.context_.run.now.time_since_epoch().count());
}

ExpressionPtr Directives::Env(const Call& call) {
  const std::string_view name = Text(call, "the name of an environment variable");
  compiler_.learnt_->secret_fields.insert(compiler_.field_);
  const Environment* environment = compiler_.context_.run.environment;
  const auto value = environment == nullptr ? std::nullopt : environment->Get(name);
  if (value) {
    if (IsUtf8(*value)) return OfText(*value);
    compiler_.Fail(call.argument,
                   fmt::format("the environment variable {} is not UTF-8", EscapeForDisplay(name)));
  }
  if (const SeedValue* fallback = call.place.value.Find("default")) {
    return compiler_.Compile({*fallback, call.place.path + ".default"});
  }
  compiler_.Fail(call.argument,
                 fmt::format("the environment variable {} is not set", EscapeForDisplay(name)),
                 "set it, put it into the file of --envFile, or add a \"default\" beside $$env");
}

ExpressionPtr Directives::File(const Call& call) {
  const std::string_view name = Text(call, "the path of a file below the seed root");
  std::string content;
  try {
    content = ReadRootedFile(compiler_.context_.root, std::string(name));
  } catch (const Error& error) {
    compiler_.Fail(call.argument, error.message(), error.hint());
  }
  if (!AsString(call)) return Of({BsonType::kBinary, BinaryBytes(0, content)});
  if (IsUtf8(content)) return OfText(content);
  compiler_.Fail(call.argument, "the file is not UTF-8", "without \"as\" it becomes binary");
}

ExpressionPtr Directives::Gen(const Call& call) {
  GeneratorSite site;
  const std::string& path = call.place.path;
  const std::string inside = path.substr(std::min(compiler_.path_begins_, path.size()));
  site.key = GeneratorKey(compiler_.context_.run.seed,
                          fmt::format("{}\n{}", compiler_.context_.collection, inside));
  site.first = compiler_.CountPlace(compiler_.context_.generated, call.place);
  const SeedValue& argument = call.argument.value;
  ExpressionPtr value;
  if (argument.kind == SeedValue::Kind::kScalar) {
    value = GeneratorOf(argument.AsElement().AsString().value_or(""), site);
  } else if (argument.members.size() == 1) {
    const auto& [kind, range] = argument.members.front();
    const SeedPlace place{range, fmt::format("{}.{}", call.argument.path, kind)};
    if (kind == "choice") value = GenChoice(place, site);
    if (kind == "int" || kind == "date") value = GenRange(kind, place, site);
  }
  if (value != nullptr) return value;
  compiler_.Fail(
      call.argument,
      "$$gen takes \"name\", \"email\", \"word\", {\"int\": [18, 80]}, {\"date\": [from, "
      "to]} or {\"choice\": […]}");
}

ExpressionPtr Directives::GenChoice(const SeedPlace& place, const GeneratorSite& site) {
  std::vector<ExpressionPtr> choices;
  if (!place.value.IsArray() || place.value.members.empty()) return nullptr;
  for (const SeedMember& member : place.value.members) {
    choices.push_back(
        compiler_.Compile({member.value, fmt::format("{}[{}]", place.path, choices.size())}));
  }
  return ChoiceOf(std::move(choices), site);
}

ExpressionPtr Directives::GenRange(std::string_view kind, const SeedPlace& place,
                                   const GeneratorSite& site) {
  if (!place.value.IsArray() || place.value.members.size() != 2) return nullptr;
  const SeedValue& low = place.value.members[0].value;
  const SeedValue& high = place.value.members[1].value;
  const bool whole = kind == "int";
  const auto from = whole ? low.AsElement().AsInteger() : Time(low);
  const auto to = whole ? high.AsElement().AsInteger() : Time(high);
  if (from && to && *from <= *to) {
    return RangeOf({whole ? BsonType::kInt64 : BsonType::kDate, *from, *to}, site);
  }
  compiler_.Fail(place, whole ? "two whole numbers are expected, the lower first"
                              : "two dates are expected, the earlier first");
}

ExpressionPtr Directives::Literal(const Call& call) {
  const SeedValue& value = call.argument.value;
  ByteBuffer bytes;
  AppendPlainBson(value, bytes);
  const BsonType type = value.IsObject()  ? BsonType::kDocument
                        : value.IsArray() ? BsonType::kArray
                                          : value.type;
  return Of({type, std::string(AsText(bytes.view()))});
}

ExpressionPtr Directives::Oid(const Call& call) {
  const std::string_view name = Text(call, "a name");
  const auto digest = Sha1(AsBytes(name));
  return Of({BsonType::kObjectId, std::string(AsText(ByteView(digest).first(12)))});
}

ExpressionPtr Directives::Uuid(const Call& call) {
  const SeedValue& value = call.argument.value;
  if (value.kind == SeedValue::Kind::kScalar && IsOne(value)) {
    DiffersFromRunToRun();
    return std::make_unique<RandomUuid>();
  }
  // RFC 4122 section 4.3: a name in the namespace of sixteen zeros.
  const std::string named = std::string(16, '\0') +
                            std::string(Text(call, "1 for a random UUID, or a name for one of it"));
  const auto digest = Sha1(AsBytes(named));
  UuidBytes bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return Of(UuidOf(bytes, 5));
}

ExpressionPtr Directives::Seq(const Call& call) {
  Sequence::Steps steps;
  const SeedValue& argument = call.argument.value;
  if (!argument.IsObject()) {
    compiler_.Fail(call.argument, "$$seq takes {\"start\": 1, \"step\": 1}");
  }
  for (const auto& [key, value] : argument.members) {
    const auto number = value.AsElement().AsInteger();
    const bool known = key == "start" || key == "step";
    if (!known || !number || value.kind != SeedValue::Kind::kScalar) {
      compiler_.Fail({value, fmt::format("{}.{}", call.argument.path, key)},
                     "$$seq takes \"start\" and \"step\", which are whole numbers");
    }
    (key == "start" ? steps.start : steps.step) = *number;
  }
  steps.first = compiler_.CountPlace(compiler_.sequences_, call.place);
  return std::make_unique<Sequence>(steps);
}

ExpressionPtr Directives::Ref(const Call& call) {
  const SeedValue& argument = call.argument.value;
  const bool one = argument.IsObject() && argument.members.size() == 1 &&
                   argument.members.front().value.IsObject() &&
                   !argument.members.front().value.members.empty();
  if (!one) {
    compiler_.Fail(call.argument, "$$ref takes {\"COLLECTION\": {\"FIELD\": VALUE}}");
  }
  const auto& [collection, fields] = argument.members.front();
  const SeedPlace filter_place{fields, fmt::format("{}.{}", call.argument.path, collection)};
  const ExpressionPtr filter = compiler_.Compile(filter_place);
  const Constant* constant = filter->AsConstant();
  if (constant == nullptr || constant->value().type != BsonType::kDocument) {
    compiler_.Fail(filter_place,
                   "a reference names its document by values that are the same in every copy and "
                   "run");
  }
  Reference reference{.from = compiler_.context_.collection,
                      .collection = collection,
                      .filter = Document(AsBytes(constant->value().bytes))};
  reference.as_string = AsString(call);
  if (const SeedValue* field = call.place.value.Find("field")) {
    const auto name = field->AsElement().AsString();
    if (!name || name->empty()) {
      compiler_.Fail({*field, call.place.path + ".field"}, "the name of a field is expected");
    }
    reference.field = *name;
  }
  reference.place = fmt::format("{}: line {}, {}", EscapeForDisplay(compiler_.context_.file),
                                call.place.value.line, EscapeForDisplay(call.place.path));
  const std::size_t number = compiler_.context_.references.Add(std::move(reference));
  compiler_.learnt_->references.push_back(number);
  return std::make_unique<ReferenceValue>(number);
}

}  // namespace haul
