#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/bson/element.h"
#include "core/bson/extended_json_wrapper.h"

namespace haul {

/// What the references of a run stand for, by their numbers. Filled before it is read.
using ReferenceValues = std::vector<WrappedValue>;

/// What differs from one document to the next.
struct Moment {
  std::uint64_t copy = 0;  ///< which of the copies that `$$repeat` makes, from 0
  const ReferenceValues* references = nullptr;
};

class Constant;

/// A value of a seed file, ready to be computed: the same moment gives the same bytes, except for a
/// random `$$uuid`. Thread-safe.
class Expression {
 public:
  Expression() = default;
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;
  virtual ~Expression() = default;

  /// Appends the value as BSON has it after type and key, and answers its type.
  virtual BsonType Append(const Moment& moment, ByteBuffer& out) const = 0;
  /// This, where it is the same at every moment.
  [[nodiscard]] virtual const Constant* AsConstant() const { return nullptr; }
};
using ExpressionPtr = std::unique_ptr<const Expression>;

class Constant final : public Expression {
 public:
  explicit Constant(WrappedValue value) : value_(std::move(value)) {}
  BsonType Append(const Moment& /*moment*/, ByteBuffer& out) const override {
    out.Append(AsBytes(value_.bytes));
    return value_.type;
  }
  [[nodiscard]] const Constant* AsConstant() const override { return this; }
  [[nodiscard]] const WrappedValue& value() const { return value_; }
  [[nodiscard]] Element AsElement() const {
    return {.type = value_.type, .key = {}, .value = AsBytes(value_.bytes), .whole = {}};
  }

 private:
  const WrappedValue value_;
};

struct NamedExpression {
  std::string key;
  ExpressionPtr value;
};

/// An object; a constant where all of its members are.
[[nodiscard]] ExpressionPtr ObjectOf(std::vector<NamedExpression> members);

struct ArrayItem {
  ExpressionPtr value;
  std::uint64_t copies = 1;  ///< more where a `$$repeat` stands in the array
};

/// An array; a constant where all of its items are.
[[nodiscard]] ExpressionPtr ArrayOf(std::vector<ArrayItem> items);

/// Appends type, key and value to the document that is built at the end of `out`.
void AppendElement(const Expression& value, std::string_view key, const Moment& moment,
                   ByteBuffer& out);

}  // namespace haul
