#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bson/document.h"
#include "core/bson/key_fields.h"
#include "core/plan/namespace.h"
#include "seed/layout.h"
#include "seed/reference.h"
#include "seed/seed_run.h"
#include "seed/settings.h"

namespace haul {

/// One file, compiled: what is in it stays in memory, what it repeats does not.
struct SeedFile {
  std::string shown;  ///< how messages name it; not escaped
  SeedSettings settings;
  std::optional<KeyFields> key;  ///< nothing: the collection has to be empty
  std::vector<CompiledDocument> documents;
  std::vector<std::uint32_t> levels;  ///< of each: those of a lower one are written before

  [[nodiscard]] std::uint64_t Count() const;
  /// `field` is compared from run to run: it is neither random nor made of the time.
  [[nodiscard]] bool IsSecret(const CompiledDocument& document, std::string_view field) const;
};

struct SeedCollection {
  OrderedName order;
  Namespace ns;
  std::vector<std::unique_ptr<SeedFile>> files;
  std::uint32_t levels = 1;

  [[nodiscard]] std::uint64_t Count() const;
};

/// A document of the run that a reference points to.
struct ReferenceTarget {
  std::size_t collection = 0;
  std::size_t file = 0;
  std::size_t document = 0;
  std::uint64_t copy = 0;
};

/// What a run does, and in which order: known before anything is touched.
struct SeedPlan {
  std::vector<SeedCollection> collections;  ///< a collection comes after those it refers to
  References references;
  /// Of each reference; nothing: it is looked for in the database.
  std::vector<std::optional<ReferenceTarget>> targets;
  std::vector<std::string> left_out;  ///< files, each with the reason
  std::vector<std::string> remarks;
};

struct PlanOptions {
  std::vector<std::string> paths = {};
  std::string collection = {};
  std::vector<std::string> key = {};  ///< of files that name none
  std::vector<std::string> only = {};
  std::string database = {};
  std::string environment = {};
  bool environment_is_known = false;
};

/// Reads and compiles all files. Error kUsage for everything that is wrong with them.
[[nodiscard]] SeedPlan MakeSeedPlan(const PlanOptions& options, const SeedRun& run);

}  // namespace haul
