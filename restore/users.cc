#include "restore/users.h"

#include <fmt/format.h>

#include <memory>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/mongo/collection_writer.h"
#include "core/mongo/user_writer.h"

namespace haul {
namespace {

constexpr std::int64_t kScramSchema = 5;
constexpr std::int64_t kMongodbCrSchema = 3;

// Documents written; they replace what an earlier run may have left.
std::uint64_t LoadInto(const Namespace& ns, std::unique_ptr<DocumentSource> documents,
                       Deployment& deployment, const Document& write_concern) {
  CatalogWriter catalog(deployment);
  catalog.Drop(ns, write_concern);
  if (documents == nullptr) return 0;
  WriteCounts counts;
  CollectionWriter writer(
      deployment, catalog.client(), counts,
      {.ns = ns,
       .write_concern = write_concern.Clone(),
       .on_reject = [&](const RejectedDocument& rejected) {
         throw Error(ExitCode::kFailure,
                     fmt::format("restore users and roles: {}", EscapeForDisplay(rejected.reason)));
       }});
  Batch batch;
  while (documents->Next(batch)) writer.Write(batch);
  writer.Finish();
  return counts.Sum();
}

void DropTemporary(Deployment& deployment, const Document& write_concern) {
  CatalogWriter catalog(deployment);
  catalog.Drop(TemporaryUsers(), write_concern);
  catalog.Drop(TemporaryRoles(), write_concern);
}

}  // namespace

void CheckUsers(RestoreFeed& feed) {
  const auto versions = feed.UserDocuments(DumpedAdminData::Kind::kVersion);
  Batch batch;
  while (versions != nullptr && versions->Next(batch)) {
    for (std::size_t i = 0; i < batch.documents(); ++i) {
      const auto version = FindElement(batch.at(i), "currentVersion");
      const std::int64_t schema = version ? version->AsInteger().value_or(0) : kScramSchema;
      if (schema == kScramSchema || schema == kMongodbCrSchema) continue;
      throw Error(
          ExitCode::kUnsupported,
          fmt::format("restore users and roles: the dump says that they are of schema {}", schema),
          "schemas 3 and 5 can be restored");
    }
  }
}

MergedUsers RestoreUsers(Deployment& deployment, RestoreFeed& feed, const PlannedUsers& planned,
                         const RestoreOptions& options) {
  using Kind = DumpedAdminData::Kind;
  CheckUsers(feed);
  MergedUsers merged;
  const Document& concern = options.write_concern;
  try {
    merged.users =
        LoadInto(TemporaryUsers(), feed.UserDocuments(Kind::kUsers), deployment, concern);
    merged.roles =
        LoadInto(TemporaryRoles(), feed.UserDocuments(Kind::kRoles), deployment, concern);
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
