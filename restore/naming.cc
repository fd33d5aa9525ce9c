#include "restore/naming.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/plan/beside_name.h"

namespace haul {

Namespace RestoreNaming::Renamed(const Namespace& source) const {
  Namespace renamed = source;
  if (shape_ == DumpReader::Shape::kRoot) return renamed;
  if (!options_.database.empty()) renamed.database = options_.database;
  if (shape_ == DumpReader::Shape::kDataFile && !options_.collection.empty()) {
    renamed.collection = options_.collection;
  }
  return renamed;
}

bool RestoreNaming::Selects(const Namespace& source) const {
  const Namespace renamed = Renamed(source);
  if (!options_.exclude.Selects(source) || !options_.exclude.Selects(renamed)) return false;
  if (!options_.include.Selects(source) && !options_.include.Selects(renamed)) return false;
  if (shape_ == DumpReader::Shape::kDataFile) return true;
  if (!options_.database.empty() && renamed.database != options_.database) return false;
  return options_.collection.empty() || renamed.collection == options_.collection;
}

Namespace RestoreNaming::Target(const Namespace& source) const {
  const Namespace renamed = Renamed(source);
  const Namespace mapped = options_.mapper.Map(renamed);
  if (mapped != renamed || renamed == source) return mapped;
  const Namespace mapped_source = options_.mapper.Map(source);
  if (mapped_source == source || mapped_source == renamed) return renamed;
  throw Error(ExitCode::kUsage,
              fmt::format("{} would go to {} by --db and --collection, but to {} by --nsTo",
                          Display(source), Display(renamed), Display(mapped_source)),
              "leave out one of them");
}

std::optional<std::string> RestoreNaming::WhySkipped(const Namespace& source) const {
  if (shape_ == DumpReader::Shape::kDataFile) return std::nullopt;
  if (source.collection.starts_with("system.") && source.collection != "system.js") {
    return "the server keeps it by itself";
  }
  if (RunOfBesideName(source.collection) && !options_.names_namespaces &&
      options_.collection.empty()) {
    return "a restore that was killed, or was going on, left it; name it with --nsInclude";
  }
  const bool server_own = source.database == "local" || source.database == "config";
  if (server_own && options_.database != source.database && !options_.names_namespaces) {
    return "it belongs to the server that was dumped; name it with --db or --nsInclude";
  }
  return std::nullopt;
}

bool RestoreNaming::SelectsAllUsers(const std::string& folder_database) const {
  const Namespace users{"admin", "system.users"};
  if (!options_.include.Selects(users) || !options_.exclude.Selects(users)) return false;
  if (!options_.collection.empty() || shape_ == DumpReader::Shape::kDataFile) return false;
  if (shape_ == DumpReader::Shape::kRoot) {
    return options_.database.empty() || options_.database == "admin";
  }
  return folder_database == "admin" && (options_.database.empty() || options_.database == "admin");
}

}  // namespace haul
