#pragma once

#include <string>
#include <string_view>

#include "core/bson/element.h"
#include "core/transform/transform_builder.h"

namespace haul {

/// Reads the steps of a file into a builder; see TransformBuilder::Steps(). Not thread-safe.
class StepReader {
 public:
  /// `what` names the steps in messages: "transforms.json: shop.users".
  StepReader(TransformBuilder& builder, std::string_view what) : builder_(builder), what_(what) {}

  void ReadAll(ByteView array);

 private:
  using Reader = void (StepReader::*)(const Element&);
  struct Row;

  void ReadOne(ByteView step);

  void Where(const Element& value);
  void Rename(const Element& value);
  void Keep(const Element& value);
  void Unset(const Element& value);
  void Convert(const Element& value);
  void Split(const Element& value);
  void Wrap(const Element& value);
  void Apply(const Element& value);
  void Map(const Element& value);
  void Mask(const Element& value);
  void Set(const Element& value);
  void Default(const Element& value);

  /// Calls `action(path, element)` for each field of a step that is a document of fields.
  template <typename Action>
  void EachField(const Element& value, Action action);
  [[nodiscard]] std::vector<std::string> Texts(const Element& value) const;
  [[nodiscard]] std::string_view Text(const Element& value) const;
  [[nodiscard]] ByteView Fields(const Element& value) const;
  [[noreturn]] void Fail(std::string_view cause) const;

  TransformBuilder& builder_;
  std::string what_;
  std::string at_;  // the step and the field that are read: "shop.users step 3 (convert age)"
};

}  // namespace haul
