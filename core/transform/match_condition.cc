#include "core/transform/match_condition.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "core/transform/decimal_number.h"
#include "core/transform/field_edits.h"
#include "core/transform/value_order.h"

namespace haul {
namespace {

std::optional<std::size_t> PositionOf(std::string_view part) {
  std::size_t position = 0;
  const auto [end, status] = std::from_chars(part.data(), part.data() + part.size(), position);
  if (status != std::errc() || end != part.data() + part.size()) return std::nullopt;
  return position;
}

class Collector {
 public:
  Collector(const FieldPath& path, Candidates& found) : parts_(path.parts()), found_(found) {}

  void InDocument(ByteView document, std::size_t part) {
    CheckNesting(static_cast<int>(part));
    const std::optional<Element> element = FindElement(document, parts_[part]);
    if (!element) {
      found_.absent = true;
      return;
    }
    Follow(*element, part + 1);
  }

 private:
  void Follow(const Element& value, std::size_t next) {
    if (next == parts_.size()) return Take(value);
    if (value.type == BsonType::kDocument) return InDocument(value.value, next);
    if (value.type != BsonType::kArray) {
      found_.absent = true;
      return;
    }
    const std::optional<std::size_t> position = PositionOf(parts_[next]);
    ElementWalk walk(value.value);
    for (std::size_t i = 0; const std::optional<Element> inner = walk.Next(); ++i) {
      if (inner->type == BsonType::kDocument) InDocument(inner->value, next);
      if (position == i) FollowElement(*inner, next + 1);
    }
  }

  // Of an element that is named by its position servers take no elements in turn, and nothing is
  // absent from it.
  void FollowElement(const Element& value, std::size_t next) {
    if (next == parts_.size()) {
      found_.values.push_back(value);
    } else if (value.AsDocument()) {
      Follow(value, next);
    }
  }

  void Take(const Element& value) {
    if (value.type == BsonType::kArray) {
      ElementWalk walk(value.value);
      while (const std::optional<Element> inner = walk.Next()) found_.values.push_back(*inner);
    }
    found_.values.push_back(value);
  }

  const std::vector<std::string>& parts_;
  Candidates& found_;
};

bool IsNaN(const Element& value) {
  if (value.type == BsonType::kDouble) return std::isnan(*value.AsDouble());
  return value.type == BsonType::kDecimal128 && DecimalText(value.value) == "NaN";
}

bool Fits(int order, Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterOrEqual:
      return order >= 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessOrEqual:
      return order <= 0;
  }
  return false;
}

class ComparesTo : public FieldTest {
 public:
  ComparesTo(Comparison comparison, StoredValue operand)
      : comparison_(comparison), operand_(std::move(operand)) {}

  [[nodiscard]] bool Holds(const Candidates& candidates) const override {
    const Element operand = operand_.AsElement();
    if (candidates.absent && Compares(Element{}, operand)) return true;
    return std::any_of(candidates.values.begin(), candidates.values.end(),
                       [&](const Element& value) { return Compares(value, operand); });
  }

 private:
  [[nodiscard]] bool Compares(const Element& value, const Element& operand) const {
    const bool across = operand.type == BsonType::kMinKey || operand.type == BsonType::kMaxKey;
    if (!across && TypeClass(value.type) != TypeClass(operand.type)) return false;
    // Between NaN and another number nothing holds.
    if (IsNaN(value) != IsNaN(operand) && !across) return false;
    return Fits(CompareValues(value, operand), comparison_);
  }

  Comparison comparison_;
  StoredValue operand_;
};

class Exists : public FieldTest {
 public:
  [[nodiscard]] bool Holds(const Candidates& candidates) const override {
    return !candidates.values.empty();
  }
};

class HasType : public FieldTest {
 public:
  explicit HasType(std::vector<BsonType> types) : types_(std::move(types)) {}
  [[nodiscard]] bool Holds(const Candidates& candidates) const override {
    return std::any_of(candidates.values.begin(), candidates.values.end(),
                       [&](const Element& value) {
                         return std::find(types_.begin(), types_.end(), value.type) != types_.end();
                       });
  }

 private:
  std::vector<BsonType> types_;
};

class Any : public FieldTest {
 public:
  explicit Any(FieldTestList tests) : tests_(std::move(tests)) {}
  [[nodiscard]] bool Holds(const Candidates& candidates) const override {
    return std::any_of(tests_.begin(), tests_.end(),
                       [&](const auto& test) { return test->Holds(candidates); });
  }

 private:
  FieldTestList tests_;
};

class Not : public FieldTest {
 public:
  explicit Not(FieldTestList tests) : tests_(std::move(tests)) {}
  [[nodiscard]] bool Holds(const Candidates& candidates) const override {
    return !std::all_of(tests_.begin(), tests_.end(),
                        [&](const auto& test) { return test->Holds(candidates); });
  }

 private:
  FieldTestList tests_;
};

}  // namespace

Candidates CandidatesOf(ByteView document, const FieldPath& path) {
  Candidates found;
  Collector(path, found).InDocument(document, 0);
  return found;
}

std::unique_ptr<FieldTest> CompareTest(Comparison comparison, StoredValue operand) {
  return std::make_unique<ComparesTo>(comparison, std::move(operand));
}
std::unique_ptr<FieldTest> ExistsTest() { return std::make_unique<Exists>(); }
std::unique_ptr<FieldTest> TypeTest(std::vector<BsonType> types) {
  return std::make_unique<HasType>(std::move(types));
}
std::unique_ptr<FieldTest> AnyTest(FieldTestList tests) {
  return std::make_unique<Any>(std::move(tests));
}
std::unique_ptr<FieldTest> NotTest(FieldTestList tests) {
  return std::make_unique<Not>(std::move(tests));
}

}  // namespace haul
