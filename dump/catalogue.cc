#include "dump/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/mongo/catalog.h"
#include "core/mongo/driver_error.h"
#include "core/mongo/snapshot.h"
#include "dump/selection.h"

namespace haul {
namespace {

std::vector<std::string> SelectDatabases(const DumpSource& source) {
  const DumpOptions& options = source.options;
  std::vector<std::string> selected;
  for (std::string& database : ListDatabases(source.deployment, source.client)) {
    if (!IsDatabaseDumped(options, database)) continue;
    try {
      CheckDatabaseName(database, "a database of the server");
    } catch (const Error& error) {
      throw Error(ExitCode::kCorrupt, error.message(), "nothing was written");
    }
    selected.push_back(std::move(database));
  }
  if (selected.empty() && !options.database.empty() && !options.allow_missing) {
    throw Error(ExitCode::kUsage,
                fmt::format("the server has no database {}", EscapeForDisplay(options.database)),
                "check the name; databases are case-sensitive");
  }
  return selected;
}

bool SelectsKind(const DumpOptions& options, const CollectionSpec& spec) {
  return !options.views_as_collections || !options.collection.empty() ||
         spec.type == CollectionType::kView;
}

/// False where the collection has vanished since it was listed.
bool Describe(SourceCollection& collection, const DumpSource& source) {
  CollectionSpec& spec = collection.spec;
  if (spec.type == CollectionType::kView) return true;
  std::optional<std::vector<Document>> indexes =
      ListIndexes(source.deployment, source.client, spec.ns);
  if (!indexes) return false;
  spec.indexes = std::move(*indexes);
  collection.data_uuid =
      spec.type == CollectionType::kTimeSeries
          ? CollectionUuid(source.deployment, source.client, spec.DataNamespace())
          : spec.uuid;
  return true;
}

Catalogue ReadOnce(const DumpSource& source) {
  Catalogue catalogue;
  for (const std::string& database : SelectDatabases(source)) {
    for (CollectionSpec& spec : ListCollections(source.deployment, source.client, database)) {
      if (!IsDumped(source.options, spec.ns) || !SelectsKind(source.options, spec)) continue;
      if (source.options.collection.empty() && IsLeftover(spec.ns)) {
        catalogue.warnings.push_back(
            fmt::format("left out {}: a restore that was killed, or is going on, left it; "
                        "--collection dumps it all the same",
                        Display(spec.ns)));
        continue;
      }
      SourceCollection collection{std::move(spec), {}};
      if (Describe(collection, source)) catalogue.collections.push_back(std::move(collection));
    }
  }
  return catalogue;
}

bool IsSame(const SourceCollection& a, const SourceCollection& b) {
  return a.spec.ns == b.spec.ns && a.spec.type == b.spec.type && a.data_uuid == b.data_uuid &&
         a.spec.options == b.spec.options && a.spec.indexes == b.spec.indexes;
}

bool IsSame(const Catalogue& a, const Catalogue& b) {
  return std::ranges::equal(a.collections, b.collections,
                            [](const auto& one, const auto& other) { return IsSame(one, other); });
}

/// Whether the server reads the catalogue's collections at its time; finds out whether by UUID.
bool CanBeRead(const DumpSource& source, Catalogue& catalogue) {
  const auto first =
      std::ranges::find_if(catalogue.collections, [](const SourceCollection& collection) {
        return !collection.data_uuid.empty() && HasHistory(collection.spec);
      });
  if (first == catalogue.collections.end()) return true;
  const Namespace ns = first->spec.DataNamespace();
  ReadPoint at{.time = catalogue.time, .uuid = first->data_uuid};
  auto failure = TryRead(source.deployment, source.client, ns, at);
  catalogue.by_uuid = !failure;
  if (failure && failure->server_code == server_code::kUnauthorized) {
    at.uuid.clear();
    failure = TryRead(source.deployment, source.client, ns, at);
  }
  if (!failure) return true;
  const Error error = ReadError(ns, at, *failure);
  if (error.code() == ExitCode::kSourceChanged) return false;
  if (failure->server_code != server_code::kMaxTimeExpired) throw error;
  throw Error(ExitCode::kUnavailable,
              fmt::format("read at cluster time {}: a majority of the replica set has not got that "
                          "far within 30 s; nothing was written",
                          catalogue.time->ToString()),
              "look after members that are down or lag behind (rs.status())");
}

Error Changed(const Namespace& ns) {
  return {ExitCode::kSourceChanged,
          fmt::format("read {}: it was dropped, renamed or made again before the dump was done",
                      Display(ns)),
          "run again, or leave it out with --nsExclude"};
}

// While another collection had the name, or none, a read by name found nothing to complain of; the
// server remembers that the name changed hands after the snapshot's time.
void CheckReadByName(const DumpSource& source, const Catalogue& catalogue, const Namespace& ns) {
  const ReadPoint at{.time = catalogue.time, .uuid = {}};
  const auto failure = TryRead(source.deployment, source.client, ns, at);
  if (failure) throw ReadError(ns, at, *failure);
}

}  // namespace

Catalogue ReadCatalogue(const DumpSource& source) {
  constexpr int kTries = 5;
  Catalogue before = ReadOnce(source);
  if (!source.options.snapshot) return before;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const Timestamp time = AppliedTime(source.deployment, source.client);
    Catalogue after = ReadOnce(source);
    after.time = time;
    if (IsSame(before, after) && CanBeRead(source, after)) return after;
    before = std::move(after);
  }
  throw Error(ExitCode::kSourceChanged,
              fmt::format("read the collections for --snapshot: they, their options or indexes "
                          "changed each of {} times; nothing was written",
                          kTries),
              "run again when no collections are created or dropped, or leave those out with "
              "--nsExclude");
}

void CheckUnchanged(const DumpSource& source, const Catalogue& catalogue) {
  std::set<std::string> databases;
  for (const SourceCollection& collection : catalogue.collections) {
    databases.insert(collection.spec.ns.database);
  }
  std::map<Namespace, CollectionSpec> now;
  for (const std::string& database : databases) {
    for (CollectionSpec& spec : ListCollections(source.deployment, source.client, database)) {
      Namespace ns = spec.ns;
      now.emplace(std::move(ns), std::move(spec));
    }
  }
  for (const SourceCollection& collection : catalogue.collections) {
    const CollectionSpec& spec = collection.spec;
    const bool is_view = spec.type == CollectionType::kView;
    if (is_view && !source.options.views_as_collections) continue;
    const auto found = now.find(spec.ns);
    const bool same =
        found != now.end() && found->second.type == spec.type &&
        (is_view ? found->second.options == spec.options : found->second.uuid == spec.uuid);
    if (!same) throw Changed(spec.ns);
    if (spec.type == CollectionType::kTimeSeries &&
        CollectionUuid(source.deployment, source.client, spec.DataNamespace()) !=
            collection.data_uuid) {
      throw Changed(spec.ns);
    }
    if (!is_view && !catalogue.by_uuid && HasHistory(spec)) {
      CheckReadByName(source, catalogue, spec.DataNamespace());
    }
  }
}

}  // namespace haul
