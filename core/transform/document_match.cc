#include "core/transform/document_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/transform/match_condition.h"

namespace haul {
namespace {

using Condition = DocumentMatch::Condition;

class AllOf : public Condition {
 public:
  explicit AllOf(ConditionList conditions) : conditions_(std::move(conditions)) {}
  [[nodiscard]] bool Holds(ByteView document) const override {
    return std::all_of(conditions_.begin(), conditions_.end(),
                       [&](const auto& condition) { return condition->Holds(document); });
  }

 private:
  ConditionList conditions_;
};

class AnyOf : public Condition {
 public:
  AnyOf(ConditionList conditions, bool expected)
      : conditions_(std::move(conditions)), expected_(expected) {}
  [[nodiscard]] bool Holds(ByteView document) const override {
    return expected_ == std::any_of(conditions_.begin(), conditions_.end(),
                                    [&](const auto& one) { return one->Holds(document); });
  }

 private:
  ConditionList conditions_;
  bool expected_;  // false: $nor
};

class OfField : public Condition {
 public:
  OfField(FieldPath path, FieldTestList tests) : path_(std::move(path)), tests_(std::move(tests)) {}
  [[nodiscard]] bool Holds(ByteView document) const override {
    const Candidates candidates = CandidatesOf(document, path_);
    return std::all_of(tests_.begin(), tests_.end(),
                       [&](const auto& test) { return test->Holds(candidates); });
  }

 private:
  FieldPath path_;
  FieldTestList tests_;
};

struct TypeName {
  std::string_view name;
  BsonType type;
};

constexpr std::array<TypeName, 21> kTypeNames = {
    {{"double", BsonType::kDouble},       {"string", BsonType::kString},
     {"object", BsonType::kDocument},     {"array", BsonType::kArray},
     {"binData", BsonType::kBinary},      {"undefined", BsonType::kUndefined},
     {"objectId", BsonType::kObjectId},   {"bool", BsonType::kBool},
     {"date", BsonType::kDate},           {"null", BsonType::kNull},
     {"regex", BsonType::kRegex},         {"dbPointer", BsonType::kDbPointer},
     {"javascript", BsonType::kCode},     {"symbol", BsonType::kSymbol},
     {"int", BsonType::kInt32},           {"javascriptWithScope", BsonType::kCodeWithScope},
     {"timestamp", BsonType::kTimestamp}, {"long", BsonType::kInt64},
     {"decimal", BsonType::kDecimal128},  {"minKey", BsonType::kMinKey},
     {"maxKey", BsonType::kMaxKey}}};

/// Compiles one query; `what` goes before each message.
class QueryReader {
 public:
  explicit QueryReader(std::string_view what) : what_(what) {}

  ConditionList Conditions(ByteView query, int nesting) const {
    if (nesting > kMaxNesting) Fail("the query is nested too deeply");
    ConditionList conditions;
    ElementWalk walk(query);
    while (const std::optional<Element> element = walk.Next()) {
      if (element->key == "$comment") continue;
      if (element->key.starts_with('$')) {
        conditions.push_back(Logical(*element, nesting));
      } else {
        conditions.push_back(
            std::make_unique<OfField>(FieldPath(element->key, what_), Tests(*element, nesting)));
      }
    }
    return conditions;
  }

 private:
  static constexpr int kMaxNesting = 50;

  std::unique_ptr<Condition> Logical(const Element& element, int nesting) const {
    const bool any = element.key == "$or" || element.key == "$nor";
    if (!any && element.key != "$and") Unknown(element.key);
    if (element.type != BsonType::kArray || element.value.size() == 5) {
      Fail(fmt::format("{} takes an array of queries", element.key));
    }
    ConditionList parts;
    ElementWalk walk(element.value);
    while (const std::optional<Element> part = walk.Next()) {
      if (part->type != BsonType::kDocument) {
        Fail(fmt::format("{} takes an array of queries", element.key));
      }
      parts.push_back(std::make_unique<AllOf>(Conditions(part->value, nesting + 1)));
    }
    if (!any) return std::make_unique<AllOf>(std::move(parts));
    return std::make_unique<AnyOf>(std::move(parts), element.key == "$or");
  }

  // {"$ref": …} is a DBRef, which is a value.
  static bool HasOperators(const Element& element) {
    if (element.type != BsonType::kDocument) return false;
    const std::optional<Element> first = ElementWalk(element.value).Next();
    return first && first->key.starts_with('$') && first->key != "$ref";
  }

  FieldTestList Tests(const Element& element, int nesting) const {
    FieldTestList tests;
    if (!HasOperators(element)) {
      tests.push_back(Equality(element));
      return tests;
    }
    ElementWalk walk(element.value);
    while (const std::optional<Element> part = walk.Next()) {
      tests.push_back(Operator(*part, nesting));
    }
    return tests;
  }

  std::unique_ptr<FieldTest> Operator(const Element& part, int nesting) const {
    if (part.key == "$eq") return Equality(part);
    if (part.key == "$ne") return Negated(Equality(part));
    if (part.key == "$gt") return Compared(Comparison::kGreater, part);
    if (part.key == "$gte") return Compared(Comparison::kGreaterOrEqual, part);
    if (part.key == "$lt") return Compared(Comparison::kLess, part);
    if (part.key == "$lte") return Compared(Comparison::kLessOrEqual, part);
    if (part.key == "$in") return In(part);
    if (part.key == "$nin") return Negated(In(part));
    if (part.key == "$exists") {
      const bool expected = part.AsBool().value_or(part.type != BsonType::kNull);
      return expected ? ExistsTest() : Negated(ExistsTest());
    }
    if (part.key == "$type") return TypeTest(Types(part));
    if (part.key == "$not") {
      if (!HasOperators(part)) Fail("$not takes a document of operators");
      if (nesting > kMaxNesting) Fail("the query is nested too deeply");
      return NotTest(Tests(part, nesting + 1));
    }
    Unknown(part.key);
  }

  static std::unique_ptr<FieldTest> Negated(std::unique_ptr<FieldTest> test) {
    FieldTestList tests;
    tests.push_back(std::move(test));
    return NotTest(std::move(tests));
  }

  std::unique_ptr<FieldTest> Equality(const Element& operand) const {
    return Compared(Comparison::kEqual, operand);
  }

  std::unique_ptr<FieldTest> Compared(Comparison comparison, const Element& operand) const {
    if (operand.type == BsonType::kRegex) Fail("regular expressions are not matched here");
    return CompareTest(comparison, StoredValue::Of(operand));
  }

  std::unique_ptr<FieldTest> In(const Element& part) const {
    if (part.type != BsonType::kArray) Fail(fmt::format("{} takes an array of values", part.key));
    FieldTestList tests;
    ElementWalk walk(part.value);
    while (const std::optional<Element> value = walk.Next()) tests.push_back(Equality(*value));
    return AnyTest(std::move(tests));
  }

  std::vector<BsonType> Types(const Element& part) const {
    std::vector<BsonType> types;
    if (part.type != BsonType::kArray) {
      AddType(part, types);
      return types;
    }
    ElementWalk walk(part.value);
    while (const std::optional<Element> one = walk.Next()) AddType(*one, types);
    return types;
  }

  void AddType(const Element& name, std::vector<BsonType>& types) const {
    const std::optional<std::string_view> alias = name.AsString();
    if (alias == "number") {
      types.insert(types.end(),
                   {BsonType::kDouble, BsonType::kInt32, BsonType::kInt64, BsonType::kDecimal128});
      return;
    }
    const std::optional<std::int64_t> code = name.AsInteger();
    for (const TypeName& row : kTypeNames) {
      const auto signed_code = static_cast<std::int8_t>(row.type);
      if (alias == row.name || (code && *code == signed_code)) return types.push_back(row.type);
    }
    Fail("$type takes names and numbers of BSON types, as \"string\" or 2");
  }

  [[noreturn]] void Unknown(std::string_view name) const {
    throw Error(ExitCode::kUsage,
                fmt::format("{}: {} is not matched here", what_, EscapeForDisplay(name)),
                "use $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $type, $not, $and, $or, "
                "$nor; a server's query takes all others");
  }
  [[noreturn]] void Fail(std::string_view cause) const {
    throw Error(ExitCode::kUsage, fmt::format("{}: {}", what_, cause));
  }

  std::string_view what_;
};

}  // namespace

DocumentMatch::DocumentMatch(ByteView query, std::string_view what)
    : condition_(std::make_unique<AllOf>(QueryReader(what).Conditions(query, 0))) {}
DocumentMatch::~DocumentMatch() = default;

bool DocumentMatch::Matches(ByteView document) const { return condition_->Holds(document); }

}  // namespace haul
