#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bson/element.h"

namespace haul {

struct SeedMember;

/// A value as a seed file has it: directives are still plain objects, every part knows its line.
/// What Extended JSON wraps ({"$oid": …}) is a scalar already.
struct SeedValue {
  enum class Kind : std::uint8_t { kScalar, kObject, kArray };

  Kind kind = Kind::kScalar;
  BsonType type = BsonType::kNull;  ///< of a scalar
  std::uint32_t line = 0;
  std::string bytes;                ///< of a scalar, as BSON has them
  std::vector<SeedMember> members;  ///< of an object or an array, whose keys are empty

  [[nodiscard]] bool IsObject() const { return kind == Kind::kObject; }
  [[nodiscard]] bool IsArray() const { return kind == Kind::kArray; }
  /// The member of an object, or null.
  [[nodiscard]] const SeedValue* Find(std::string_view key) const;
  /// The scalar as an element without a key; it refers to this value.
  [[nodiscard]] Element AsElement() const;
};

struct SeedMember {
  std::string key;
  SeedValue value;
};

}  // namespace haul
