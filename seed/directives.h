#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "seed/compiler.h"
#include "seed/generator.h"

namespace haul {

/// The directives of seed files, one row each: object keys that begin with `$$`. Lives as long as
/// one of them is compiled.
class Directives {
 public:
  explicit Directives(SeedCompiler& compiler) : compiler_(compiler) {}

  /// `place` is an object that holds `directive`. Error kUsage for an unknown one, and for anything
  /// beside it that it does not know.
  [[nodiscard]] ExpressionPtr Compile(const SeedPlace& place, const SeedMember& directive);

 private:
  struct Call {
    const SeedPlace& place;     ///< the object
    const SeedPlace& argument;  ///< the value of the directive
  };
  struct Row {
    std::string_view name;
    std::string_view beside;  ///< further keys that it knows, between spaces
    ExpressionPtr (Directives::*compile)(const Call&);
  };
  static const Row* Find(std::string_view name);

  ExpressionPtr Date(const Call& call);
  ExpressionPtr Env(const Call& call);
  ExpressionPtr File(const Call& call);
  ExpressionPtr Gen(const Call& call);
  ExpressionPtr GenChoice(const SeedPlace& place, const GeneratorSite& site);
  ExpressionPtr GenRange(std::string_view kind, const SeedPlace& place, const GeneratorSite& site);
  ExpressionPtr Literal(const Call& call);
  ExpressionPtr Now(const Call& call);
  ExpressionPtr Oid(const Call& call);
  ExpressionPtr Ref(const Call& call);
  ExpressionPtr Seq(const Call& call);
  ExpressionPtr Uuid(const Call& call);

  [[nodiscard]] std::string_view Text(const Call& call, std::string_view expected) const;
  [[nodiscard]] bool AsString(const Call& call) const;
  /// Milliseconds since 1970 of a date or of `now±Nd`; nothing where it is neither. A relative one
  /// makes the field a volatile one.
  [[nodiscard]] std::optional<std::int64_t> Time(const SeedValue& value);
  void DiffersFromRunToRun();

  SeedCompiler& compiler_;
};

}  // namespace haul
