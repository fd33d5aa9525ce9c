#include "restore/users.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/mongo/collection_writer.h"
#include "core/mongo/user_writer.h"
#include "restore/own_account.h"

namespace haul {
namespace {

constexpr std::int64_t kScramSchema = 5;
constexpr std::int64_t kMongodbCrSchema = 3;

std::string IdOf(const Document& account) {
  const auto id = FindElement(account.bytes(), "_id");
  return EscapeForDisplay(id ? id->AsString().value_or("?") : "?");
}

// Fills one temporary collection; what an earlier run may have left in it goes.
class TemporaryCollection {
 public:
  TemporaryCollection(const Namespace& ns, Deployment& deployment, const Document& write_concern)
      : catalog_(deployment),
        writer_(deployment, catalog_.client(), counts_,
                {.ns = ns,
                 .write_concern = write_concern.Clone(),
                 .on_reject = [](const RejectedDocument& rejected) {
                   throw Error(ExitCode::kFailure, fmt::format("restore users and roles: {}",
                                                               EscapeForDisplay(rejected.reason)));
                 }}) {
    catalog_.Drop(ns, write_concern);
  }

  void Load(DocumentSource* documents, const PlannedUsers& planned) {
    Batch batch;
    while (documents != nullptr && documents->Next(batch)) {
      Batch accounts;
      for (std::size_t i = 0; i < batch.documents(); ++i) Take(accounts, batch.at(i), planned);
      if (!accounts.empty()) writer_.Write(accounts);
    }
  }
  void Add(const std::vector<Document>& more) {
    Batch accounts;
    for (const Document& account : more) Append(accounts, account.bytes());
    if (!more.empty()) writer_.Write(accounts);
  }

  [[nodiscard]] const std::set<std::string>& ids() const { return ids_; }
  [[nodiscard]] const Client& client() const { return catalog_.client(); }

 private:
  void Take(Batch& accounts, ByteView account, const PlannedUsers& planned) {
    if (planned.move) {
      if (const auto moved = MoveAccount(account, *planned.move)) Append(accounts, moved->bytes());
      return;
    }
    const auto database = FindElement(account, "db");
    const bool of_another = !database || database->AsString() != planned.database;
    if (planned.database.empty() || !of_another) Append(accounts, account);
  }
  void Append(Batch& accounts, ByteView account) {
    const auto id = FindElement(account, "_id");
    if (id) ids_.emplace(id->AsString().value_or(""));
    accounts.Append(account);
  }

  CatalogWriter catalog_;
  WriteCounts counts_;
  CollectionWriter writer_;
  std::set<std::string> ids_;
};

void DropTemporary(Deployment& deployment, const Document& write_concern) {
  CatalogWriter catalog(deployment);
  catalog.Drop(TemporaryUsers(), write_concern);
  catalog.Drop(TemporaryRoles(), write_concern);
}

MergedUsers Merge(Deployment& deployment, RestoreFeed& feed, const PlannedUsers& planned,
                  const RestoreOptions& options) {
  using Kind = DumpedAdminData::Kind;
  MergedUsers merged;
  TemporaryCollection users(TemporaryUsers(), deployment, options.write_concern);
  TemporaryCollection roles(TemporaryRoles(), deployment, options.write_concern);
  users.Load(feed.UserDocuments(Kind::kUsers).get(), planned);
  roles.Load(feed.UserDocuments(Kind::kRoles).get(), planned);
  merged.users = users.ids().size();
  merged.roles = roles.ids().size();
  if (merged.users + merged.roles == 0) return merged;
  if (options.drop) {
    const OwnAccount own = FindOwnAccount(users.client(), {.database = planned.database,
                                                           .users = merged.users > 0,
                                                           .roles = merged.roles > 0,
                                                           .dumped_users = users.ids(),
                                                           .dumped_roles = roles.ids()});
    users.Add(own.users);
    roles.Add(own.roles);
    for (const auto* kept : {&own.users, &own.roles}) {
      for (const Document& account : *kept) merged.kept.push_back(IdOf(account));
    }
  }
  MergeUsersAndRoles(deployment, {.users = merged.users > 0,
                                  .roles = merged.roles > 0,
                                  .replace = options.drop,
                                  .database = planned.database,
                                  .write_concern = options.write_concern.Clone()});
  return merged;
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
  CheckUsers(feed);
  MergedUsers merged;
  const Document& concern = options.write_concern;
  try {
    merged = Merge(deployment, feed, planned, options);
  } catch (const Error&) {
    try {
      DropTemporary(deployment, concern);
    } catch (const Error&) {
      // The first error tells more; what is left is dropped by the next run.
    }
    throw;
  }
  try {
    DropTemporary(deployment, concern);
  } catch (const Error& error) {
    throw Error(error.code(),
                fmt::format("users and roles are merged, but {} and {}, which hold their "
                            "credentials too, could not be dropped: {}",
                            Display(TemporaryUsers()), Display(TemporaryRoles()), error.message()),
                "drop them as a user who may");
  }
  return merged;
}

}  // namespace haul
