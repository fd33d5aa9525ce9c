#include "seed/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "core/bson/framing.h"
#include "core/bson/open_document.h"

namespace haul {
namespace {

class ObjectExpression final : public Expression {
 public:
  explicit ObjectExpression(std::vector<NamedExpression> members) : members_(std::move(members)) {}

  BsonType Append(const Moment& moment, ByteBuffer& out) const override {
    OpenDocument document(out);
    for (const NamedExpression& member : members_) {
      AppendElement(*member.value, member.key, moment, out);
    }
    document.End();
    return BsonType::kDocument;
  }

 private:
  const std::vector<NamedExpression> members_;
};

class ArrayExpression final : public Expression {
 public:
  explicit ArrayExpression(std::vector<ArrayItem> items) : items_(std::move(items)) {}

  BsonType Append(const Moment& moment, ByteBuffer& out) const override {
    const std::size_t begin = out.size();
    OpenDocument array(out);
    std::uint64_t index = 0;
    for (const ArrayItem& item : items_) {
      Moment inner = moment;
      for (std::uint64_t i = 0; i < item.copies; ++i) {
        inner.copy = moment.copy * item.copies + i;
        AppendElement(*item.value, fmt::to_string(index++), inner, out);
        if (out.size() - begin > kMaxDocumentSize) {
          throw Error(ExitCode::kLimit, "an array grows over 16 MiB, which no document can hold",
                      "let $$repeat make fewer copies");
        }
      }
    }
    array.End();
    return BsonType::kArray;
  }

 private:
  const std::vector<ArrayItem> items_;
};

ExpressionPtr Folded(const Expression& expression) {
  ByteBuffer bytes;
  const BsonType type = expression.Append({}, bytes);
  return std::make_unique<Constant>(WrappedValue{type, std::string(AsText(bytes.view()))});
}

template <typename Parts>
bool AllConstant(const Parts& parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [](const auto& part) { return part.value->AsConstant() != nullptr; });
}

}  // namespace

void AppendElement(const Expression& value, std::string_view key, const Moment& moment,
                   ByteBuffer& out) {
  const std::size_t type_at = out.size();
  constexpr std::uint8_t kEnd = 0;
  out.Append({&kEnd, 1});
  out.Append(AsBytes(key));
  out.Append({&kEnd, 1});
  const BsonType type = value.Append(moment, out);
  out.data()[type_at] = static_cast<std::uint8_t>(type);
}

ExpressionPtr ObjectOf(std::vector<NamedExpression> members) {
  const bool constant = AllConstant(members);
  auto object = std::make_unique<ObjectExpression>(std::move(members));
  if (constant) return Folded(*object);
  return object;
}

ExpressionPtr ArrayOf(std::vector<ArrayItem> items) {
  const bool constant = AllConstant(items);
  auto array = std::make_unique<ArrayExpression>(std::move(items));
  if (constant) return Folded(*array);
  return array;
}

}  // namespace haul
