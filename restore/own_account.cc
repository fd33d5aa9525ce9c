#include "restore/own_account.h"

#include <optional>
#include <string_view>
#include <utility>

#include "core/bson/element.h"

namespace haul {
namespace {

template <typename Visit>
void ForEachDocument(ByteView document, std::string_view array, Visit visit) {
  const auto items = document.empty() ? std::nullopt : FindDocument(document, array);
  if (!items) return;
  ElementWalk walk(*items);
  while (const auto item = walk.Next()) {
    if (const auto value = item->AsDocument()) visit(*value);
  }
}

std::optional<Document> FindUser(const Client& client, const std::string& id) {
  Document command;
  bson_t filter;
  BSON_APPEND_UTF8(command.bson(), "find", "system.users");
  BSON_APPEND_DOCUMENT_BEGIN(command.bson(), "filter", &filter);
  BSON_APPEND_UTF8(&filter, "_id", id.c_str());
  bson_append_document_end(command.bson(), &filter);
  BSON_APPEND_BOOL(command.bson(), "singleBatch", true);
  const Document reply = client.Command("admin", command.bson(), "read the user of this run");
  std::optional<Document> found;
  ForEachDocument(FindDocument(reply.bytes(), "cursor").value_or(ByteView()), "firstBatch",
                  [&](ByteView user) { found.emplace(user); });
  return found;
}

// As admin.system.roles has it, which the built-in role restore may not read. Nothing for a role
// that is built in.
std::optional<Document> FindRole(const Client& client, const std::string& database,
                                 const std::string& name) {
  Document command;
  bson_t role;
  BSON_APPEND_DOCUMENT_BEGIN(command.bson(), "rolesInfo", &role);
  BSON_APPEND_UTF8(&role, "role", name.c_str());
  BSON_APPEND_UTF8(&role, "db", database.c_str());
  bson_append_document_end(command.bson(), &role);
  BSON_APPEND_BOOL(command.bson(), "showPrivileges", true);
  const Document reply = client.Command(database, command.bson(), "read the roles of this run");
  std::optional<Document> found;
  ForEachDocument(reply.bytes(), "roles", [&](ByteView info) {
    const auto built_in = FindElement(info, "isBuiltin");
    if (built_in && built_in->AsBool().value_or(false)) return;
    const Document whole(info);
    Document stored;
    BSON_APPEND_UTF8(stored.bson(), "_id", (database + '.' + name).c_str());
    for (const char* field : {"role", "db", "privileges", "roles", "authenticationRestrictions"}) {
      bson_iter_t at;
      const bool has = bson_iter_init_find(&at, whole.bson(), field);
      if (has) bson_append_iter(stored.bson(), field, -1, &at);
    }
    found = std::move(stored);
  });
  return found;
}

bool InScope(const MergeScope& scope, const std::string& database) {
  return scope.database.empty() || scope.database == database;
}

// `account`'s roles, and theirs.
void AddRoles(OwnAccount& own, ByteView account, const Client& client, MergeScope& scope) {
  ForEachDocument(account, "roles", [&](ByteView reference) {
    const std::string database(FindString(reference, "db"));
    const std::string name(FindString(reference, "role"));
    const std::string id = database + '.' + name;
    if (!InScope(scope, database) || !scope.dumped_roles.insert(id).second) return;
    std::optional<Document> role = FindRole(client, database, name);
    if (!role) return;
    AddRoles(own, role->bytes(), client, scope);
    own.roles.push_back(std::move(*role));
  });
}

}  // namespace

OwnAccount FindOwnAccount(const Client& client, const MergeScope& scope) {
  OwnAccount own;
  MergeScope rest = scope;
  Document command;
  BSON_APPEND_INT32(command.bson(), "connectionStatus", 1);
  const Document status = client.Command("admin", command.bson(), "ask who is logged in");
  ForEachDocument(FindDocument(status.bytes(), "authInfo").value_or(ByteView()),
                  "authenticatedUsers", [&](ByteView user) {
                    const std::string database(FindString(user, "db"));
                    const std::string id = database + '.' + std::string(FindString(user, "user"));
                    if (scope.dumped_users.contains(id)) return;
                    std::optional<Document> account = FindUser(client, id);
                    if (!account) return;
                    if (scope.roles) AddRoles(own, account->bytes(), client, rest);
                    if (scope.users && InScope(scope, database))
                      own.users.push_back(std::move(*account));
                  });
  return own;
}

}  // namespace haul
