#include "restore/target.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <string_view>
#include <tuple>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/mongo/catalog.h"
#include "core/mongo/privileges.h"
#include "restore/option_difference.h"
#include "restore/run_name.h"

namespace haul {
namespace {

struct Feature {
  const char* option;  ///< of the collection
  const char* name;
  int major;
  int minor;
};
constexpr std::array kFeatures = {
    Feature{"timeseries", "time-series collections", 5, 0},
    Feature{"clusteredIndex", "clustered collections", 5, 3},
    Feature{"changeStreamPreAndPostImages", "change stream pre- and post-images", 6, 0},
    Feature{"encryptedFields", "queryable encryption", 6, 0},
};

bool IsOlder(const ServerInfo& server, int major, int minor) {
  return std::tie(server.major, server.minor) < std::tie(major, minor);
}

bool HasKeyOfKind(const Document& index, std::string_view kind) {
  const ByteView fields = FindDocument(index.bytes(), "key").value_or(ByteView());
  if (fields.empty()) return false;
  ElementWalk walk(fields);
  while (const auto field = walk.Next()) {
    if (field->AsString() == kind) return true;
  }
  return false;
}

bool IsSystem(const Namespace& ns) { return ns.collection.starts_with("system."); }

}  // namespace

void CheckFeatures(const CollectionSpec& spec, const ServerInfo& server, bool with_indexes) {
  for (const Feature& feature : kFeatures) {
    if (!FindElement(spec.options.bytes(), feature.option)) continue;
    if (!IsOlder(server, feature.major, feature.minor)) continue;
    throw Error(ExitCode::kUnsupported,
                fmt::format("restore {}: server {} does not have {}; nothing was touched",
                            Display(spec.ns), server.version, feature.name),
                "leave the collection out with --nsExclude");
  }
  if (!with_indexes || IsOlder(server, 5, 0)) return;
  for (const Document& index : spec.indexes) {
    if (!HasKeyOfKind(index, "geoHaystack")) continue;
    throw Error(ExitCode::kUnsupported,
                fmt::format("restore {}: server {} does not have geoHaystack indexes; nothing was "
                            "touched",
                            Display(spec.ns), server.version),
                "--noIndexRestore restores without indexes");
  }
}

void RestoreTarget::CheckWritable() const {
  const ServerInfo& server = deployment_.info();
  if (server.writable) return;
  throw Error(ExitCode::kUnavailable,
              fmt::format("restore to {}: it is not the primary of {}, which takes all writes; "
                          "nothing was touched",
                          options_.connection.display_target, server.replica_set),
              server.primary.empty()
                  ? "the set has no primary now: try again later"
                  : fmt::format("name the set, --host {}/{}, or the primary, {}",
                                server.replica_set, server.primary, server.primary));
}

void RestoreTarget::Check(Log& log) {
  CheckWritable();
  for (const PlannedCollection* planned : plan_.All()) {
    if (!options_.with_options && planned->spec.type == CollectionType::kTimeSeries) {
      throw Error(
          ExitCode::kUsage,
          fmt::format("--noOptionsRestore: {} is a time-series collection, which is nothing "
                      "without its options",
                      Display(planned->spec.ns)),
          "leave it out with --nsExclude");
    }
    CheckFeatures(planned->spec, deployment_.info(), options_.with_indexes);
  }
  ReadExisting();
  const Privileges rights = Privileges::Read(deployment_.Acquire());
  CheckRights(rights, log);
  if (!options_.drop) CheckExisting();
  if (options_.preserve_uuid) CheckUuids();
  placements_ = Placements({plan_.All(), options_, existing_, rights, NewRunName(), undroppable_});
  if (options_.with_options) WarnOfOptions(log);
  leftovers_ = Leftovers(existing_, plan_.All());
  leftovers_.Report(log, options_.drop);
}

void RestoreTarget::ReadExisting() {
  std::set<std::string> databases;
  for (const PlannedCollection* planned : plan_.All()) databases.insert(planned->spec.ns.database);
  const Client client = deployment_.Acquire();
  for (const std::string& database : databases) {
    for (CollectionSpec& spec : ListCollections(deployment_, client, database)) {
      Namespace ns = spec.ns;
      existing_.emplace(std::move(ns), std::move(spec));
    }
  }
}

void RestoreTarget::CheckExisting() const {
  for (const PlannedCollection* planned : plan_.All()) {
    const auto there = existing_.find(planned->spec.ns);
    if (there == existing_.end()) continue;
    const CollectionType wanted = planned->spec.type;
    if (there->second.type == wanted && wanted != CollectionType::kTimeSeries) continue;
    throw Error(ExitCode::kConflict,
                fmt::format("restore {}: a {} of that name exists; nothing was touched",
                            Display(planned->spec.ns), TypeName(there->second.type)),
                "--drop replaces it; --nsFrom and --nsTo restore under another name");
  }
}

void RestoreTarget::WarnOfOptions(Log& log) const {
  for (const PlannedCollection& planned : plan_.collections) {
    const Namespace& target = planned.spec.ns;
    if (placements_.At(target).way != Placement::Way::kAdd) continue;
    const auto differing = DifferingOptions(existing_.at(target), planned.spec);
    if (differing.empty()) continue;
    log.Warn(
        fmt::format("{} exists with other options than in the dump, and keeps them: {}; --drop "
                    "replaces it",
                    Display(target), fmt::join(differing, ", ")));
  }
}

void RestoreTarget::CheckUuids() const {
  std::map<std::string, Namespace> wanted;
  for (const PlannedCollection& planned : plan_.collections) {
    if (!planned.spec.uuid.empty()) wanted.emplace(planned.spec.uuid, planned.spec.ns);
  }
  const Client client = deployment_.Acquire();
  for (const std::string& database : ListDatabases(deployment_, client)) {
    if (database == "local") continue;
    for (const CollectionSpec& there : ListCollections(deployment_, client, database)) {
      const auto found = wanted.find(there.uuid);
      if (found == wanted.end() || found->second == there.ns) continue;
      throw Error(ExitCode::kConflict,
                  fmt::format("restore {}: its UUID is that of {}, which would be renamed away; "
                              "nothing was touched",
                              Display(found->second), Display(there.ns)),
                  "restore without --preserveUUID, or drop that collection");
    }
  }
}

void RestoreTarget::RemoveLeftovers() const {
  if (!options_.drop) return;
  CatalogWriter catalog(deployment_);
  leftovers_.Remove(catalog, options_.write_concern);
}

void RestoreTarget::CheckRights(const Privileges& rights, Log& log) {
  bool warned = false;
  for (const PlannedCollection* planned : plan_.All()) {
    // What the roles say of system collections differs from server to server: they will tell.
    if (IsSystem(planned->spec.ns)) {
      if (!options_.drop || !existing_.contains(planned->spec.ns)) continue;
      if (rights.Allows(planned->spec.ns, "remove")) continue;
      undroppable_.insert(planned->spec.ns);
      log.Warn(
          fmt::format("{} stays, because servers do not drop it and there is no right to remove "
                      "its documents; those of the dump are added",
                      Display(planned->spec.ns)));
      continue;
    }
    const bool indexes = options_.with_indexes && !planned->spec.indexes.empty();
    for (const auto& [action, needed] :
         {std::pair{"insert", planned->data.has_value()}, std::pair{"createCollection", true},
          std::pair{"createIndex", indexes}, std::pair{"dropCollection", options_.drop}}) {
      if (!needed || rights.Allows(planned->spec.ns, action)) continue;
      throw Error(ExitCode::kDenied,
                  fmt::format("restore {}: the user has no right to {}; nothing was touched",
                              Display(planned->spec.ns), action),
                  "the role restore suffices");
    }
    const bool compares = rights.Allows(planned->spec.ns, "find");
    if (warned || (compares && rights.Allows(planned->spec.ns, "update"))) continue;
    log.Verbose(fmt::format(
        "no right to {} {}: {}", compares ? "update" : "find", Display(planned->spec.ns),
        compares ? "documents with a top-level Timestamp(0,0) will be rejects"
                 : "documents whose _id exists will be rejects, without being compared"));
    warned = true;
  }
}

CreateOptions RestoreTarget::CreateOptionsFor(const PlannedCollection& planned) const {
  CreateOptions options{.with_options = options_.with_options,
                        .preserve_uuid = options_.preserve_uuid,
                        .keep_index_version = options_.indexes.keep_version,
                        .write_concern = options_.write_concern.Clone()};
  // The documents that follow are acknowledged with the write concern, and with them all before.
  if (planned.Size() > 0 && !options_.preserve_uuid) {
    options.write_concern = Document();
    BSON_APPEND_INT32(options.write_concern.bson(), "w", 1);
  }
  return options;
}

bool RestoreTarget::Drops(const Namespace& ns) const {
  return options_.drop && existing_.contains(ns) && !undroppable_.contains(ns);
}

void RestoreTarget::Drop(CatalogWriter& catalog, const PlannedCollection& planned) const {
  if (!Drops(planned.spec.ns)) return;
  catalog.Drop(planned.spec.ns, CreateOptionsFor(planned).write_concern);
}

void RestoreTarget::Prepare(CatalogWriter& catalog, const PlannedCollection& planned) {
  const Placement& placement = placements_.At(planned.spec.ns);
  if (placement.way == Placement::Way::kSwap) {
    swaps_.Add(placement.built, planned.spec.ns);
    CollectionSpec beside = planned.spec.Clone();
    beside.ns = placement.built;
    if (catalog.Create(beside, CreateOptionsFor(planned))) return;
    throw Error(ExitCode::kConflict, fmt::format("create {}: it exists", Display(beside.ns)));
  }
  Drop(catalog, planned);
  if (!Drops(planned.spec.ns) && existing_.contains(planned.spec.ns)) return;
  const CreateOptions create = CreateOptionsFor(planned);
  const bool created = catalog.Create(planned.spec, create);
  if (created || planned.spec.type != CollectionType::kTimeSeries) return;
  if (options_.drop) {
    // Buckets that lost their collection: no listing shows them, no drop by its name reaches them.
    const Namespace& ns = planned.spec.ns;
    catalog.Drop({ns.database, std::string(kBucketsPrefix) + ns.collection}, create.write_concern);
    if (catalog.Create(planned.spec, create)) return;
  }
  throw Error(ExitCode::kConflict,
              fmt::format("create {}: buckets of a time-series collection of that name exist",
                          Display(planned.spec.ns)),
              "--drop removes them");
}

bool RestoreTarget::PrepareView(CatalogWriter& catalog, const PlannedCollection& planned) const {
  const auto there = existing_.find(planned.spec.ns);
  if (!options_.drop && there != existing_.end()) {
    return there->second.options == planned.spec.options;
  }
  Drop(catalog, planned);
  return catalog.Create(planned.spec, CreateOptionsFor(planned));
}

}  // namespace haul
