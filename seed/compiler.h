#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "seed/expression.h"
#include "seed/reference.h"
#include "seed/seed_run.h"
#include "seed/seed_value.h"

namespace haul {

/// How often a place has been computed before: what `$$seq` and `$$gen` count on. By the place's
/// path inside its document.
using PlaceCounts = std::map<std::string, std::uint64_t, std::less<>>;

/// Where a value stands, for messages.
struct SeedPlace {
  const SeedValue& value;
  std::string path;  ///< "documents[2].address.city"
};

/// What was learnt of a document while it was compiled; fields are its top-level ones.
struct CompiledDocument {
  ExpressionPtr document;
  std::uint64_t copies = 1;
  std::uint32_t line = 0;
  bool has_id = false;
  std::set<std::string, std::less<>> volatile_fields;  ///< differ from run to run
  std::set<std::string, std::less<>> secret_fields;    ///< hold what `$$env` gave
  std::vector<std::size_t> references;                 ///< by number
};

/// Turns the values of one file into expressions. Every fault is Error kUsage that names the file,
/// the line and the path, and never a value that `$$env` gave. One thread.
class SeedCompiler {
 public:
  struct Context {
    const SeedRun& run;
    std::string file;            ///< as messages name it
    std::filesystem::path root;  ///< what `$$file` may not leave
    std::string collection;      ///< where the documents go
    References& references;      ///< of the run
    PlaceCounts& generated;      ///< of the collection
  };
  explicit SeedCompiler(Context context) : context_(std::move(context)) {}

  /// A document, or a `$$repeat` of one.
  [[nodiscard]] CompiledDocument CompileDocument(const SeedPlace& place);
  /// A value that stands in no document, such as a default. What is learnt of it goes to `learnt`,
  /// as if it stood in a field of that name.
  [[nodiscard]] ExpressionPtr CompileField(const std::string& field, const SeedPlace& place,
                                           CompiledDocument& learnt);

  [[nodiscard]] const SeedRun& run() const { return context_.run; }

  [[noreturn]] void Fail(const SeedPlace& place, std::string_view cause,
                         std::string hint = {}) const;

 private:
  friend class Directives;

  [[nodiscard]] ExpressionPtr Compile(const SeedPlace& place);
  [[nodiscard]] ExpressionPtr CompileObject(const SeedPlace& place);
  [[nodiscard]] ExpressionPtr CompileArray(const SeedPlace& place);
  /// The parts of {"$$repeat": {"n": …, "doc": …}}.
  struct Repeat {
    std::uint64_t copies;
    SeedPlace document;
  };
  [[nodiscard]] Repeat ReadRepeat(const SeedPlace& place) const;
  /// `document` stands in a `$$repeat`.
  [[nodiscard]] ExpressionPtr CompileCopies(const Repeat& repeat);
  /// How often this place was counted before, and counts it.
  [[nodiscard]] std::uint64_t CountPlace(PlaceCounts& counts, const SeedPlace& place);

  Context context_;
  PlaceCounts sequences_;
  CompiledDocument* learnt_ = nullptr;  // of the document at work
  std::string field_;                   // its top-level field at work
  std::size_t path_begins_ = 0;         // where the path inside the document begins
  std::uint64_t copies_ = 1;            // of the place at work
};

}  // namespace haul
