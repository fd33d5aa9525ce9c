#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/bson/element.h"
#include "core/transform/document_match.h"
#include "core/transform/field_path.h"
#include "core/transform/stored_value.h"

namespace haul {

class DocumentMatch::Condition {
 public:
  Condition() = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  virtual ~Condition() = default;
  [[nodiscard]] virtual bool Holds(ByteView document) const = 0;
};

using ConditionList = std::vector<std::unique_ptr<DocumentMatch::Condition>>;

/// What a path leads to in one document.
struct Candidates {
  std::vector<Element> values = {};  ///< each value, and the elements of each that is an array
  bool absent = false;               ///< a document on the way lacks the field
};

[[nodiscard]] Candidates CandidatesOf(ByteView document, const FieldPath& path);

/// What is asked of the candidates of one path.
class FieldTest {
 public:
  FieldTest() = default;
  FieldTest(const FieldTest&) = delete;
  FieldTest& operator=(const FieldTest&) = delete;
  virtual ~FieldTest() = default;
  [[nodiscard]] virtual bool Holds(const Candidates& candidates) const = 0;
};

using FieldTestList = std::vector<std::unique_ptr<FieldTest>>;

enum class Comparison { kEqual, kGreater, kGreaterOrEqual, kLess, kLessOrEqual };

[[nodiscard]] std::unique_ptr<FieldTest> CompareTest(Comparison comparison, StoredValue operand);
[[nodiscard]] std::unique_ptr<FieldTest> ExistsTest();
[[nodiscard]] std::unique_ptr<FieldTest> TypeTest(std::vector<BsonType> types);
/// One of them holds.
[[nodiscard]] std::unique_ptr<FieldTest> AnyTest(FieldTestList tests);
/// Not all of them hold.
[[nodiscard]] std::unique_ptr<FieldTest> NotTest(FieldTestList tests);

}  // namespace haul
