#pragma once

#include <optional>
#include <set>
#include <string>

#include "core/plan/namespace.h"
#include "formats/dump_reader.h"
#include "restore/options.h"

namespace haul {

/// What of a dump is restored, and under which name: --db, --collection, patterns and renames put
/// together for one shape of input. Pure.
///
/// Out of a root, --db and --collection select. A folder or file is renamed by --db, a file also by
/// --collection; patterns and --nsFrom may then name it either way, as the dump has it or as it
/// would be without them.
class RestoreNaming {
 public:
  /// `options` must outlive it.
  RestoreNaming(const RestoreOptions& options, DumpReader::Shape shape)
      : options_(options), shape_(shape) {}

  [[nodiscard]] bool Selects(const Namespace& source) const;
  /// Error kUsage where --db or --collection and --nsTo name different targets.
  [[nodiscard]] Namespace Target(const Namespace& source) const;
  /// Why a namespace is never restored, unless it is asked for by name: the server's own.
  [[nodiscard]] std::optional<std::string> WhySkipped(const Namespace& source) const;
  /// Users and roles of the whole server are wanted.
  [[nodiscard]] bool SelectsAllUsers(const std::string& folder_database) const;

 private:
  [[nodiscard]] Namespace Renamed(const Namespace& source) const;

  const RestoreOptions& options_;
  DumpReader::Shape shape_;
};

}  // namespace haul
