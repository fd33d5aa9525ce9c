#include "restore/users.h"

#include <fmt/format.h>

#include <optional>

#include "core/base/error.h"
#include "core/bson/element.h"
#include "core/mongo/collection_writer.h"
#include "core/mongo/user_writer.h"
#include "restore/feed.h"

namespace haul {
namespace {

constexpr std::int64_t kScramSchema = 5;
constexpr std::int64_t kMongodbCrSchema = 3;

// Documents written; they replace what an earlier run may have left.
std::uint64_t LoadInto(const Namespace& ns, const std::optional<DataFile>& file,
                       Deployment& deployment, const Document& write_concern) {
  CatalogWriter(deployment).Drop(ns, write_concern);
  if (!file) return 0;
  CollectionFeed feed(*file);
  WriteCounts counts;
  CollectionWriter writer(
      deployment, counts,
      {.ns = ns,
       .write_concern = write_concern.Clone(),
       .on_reject = [&](const RejectedDocument& rejected) {
         throw Error(ExitCode::kFailure,
                     fmt::format("restore users and roles of {}: {}", file->name, rejected.reason));
       }});
  Batch batch;
  ClaimScratch scratch;
  while (feed.Next(batch, scratch)) writer.Write(batch);
  writer.Finish();
  return counts.Sum();
}

void DropTemporary(Deployment& deployment, const Document& write_concern) {
  CatalogWriter catalog(deployment);
  catalog.Drop(TemporaryUsers(), write_concern);
  catalog.Drop(TemporaryRoles(), write_concern);
}

}  // namespace

void CheckUsers(const PlannedUsers& planned) {
  if (!planned.version) return;
  CollectionFeed feed(*planned.version);
  Batch batch;
  ClaimScratch scratch;
  while (feed.Next(batch, scratch)) {
    for (std::size_t i = 0; i < batch.documents(); ++i) {
      const auto version = FindElement(batch.at(i), "currentVersion");
      const std::int64_t schema = version ? version->AsInteger().value_or(0) : kScramSchema;
      if (schema == kScramSchema || schema == kMongodbCrSchema) continue;
      throw Error(
          ExitCode::kUnsupported,
          fmt::format("restore users and roles: {} says that they are of schema {}; nothing "
                      "was touched",
                      planned.version->name, schema),
          "schemas 3 and 5 can be restored");
    }
  }
}

MergedUsers RestoreUsers(Deployment& deployment, const PlannedUsers& planned,
                         const RestoreOptions& options) {
  MergedUsers merged;
  const Document& concern = options.write_concern;
  try {
    merged.users = LoadInto(TemporaryUsers(), planned.users, deployment, concern);
    merged.roles = LoadInto(TemporaryRoles(), planned.roles, deployment, concern);
    if (merged.users + merged.roles > 0) {
      MergeUsersAndRoles(deployment, {.users = merged.users > 0,
                                      .roles = merged.roles > 0,
                                      .replace = options.drop,
                                      .database = planned.database,
                                      .write_concern = concern.Clone()});
    }
  } catch (const Error&) {
    try {
      DropTemporary(deployment, concern);
    } catch (const Error&) {
      // The first error tells more; what is left is dropped by the next run.
    }
    throw;
  }
  DropTemporary(deployment, concern);
  return merged;
}

}  // namespace haul
