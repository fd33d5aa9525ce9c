#include "core/mongo/privileges.h"

#include <algorithm>

#include "core/bson/element.h"

namespace haul {
namespace {

template <typename Visit>
void ForEach(ByteView array, Visit visit) {
  if (array.empty()) return;
  ElementWalk walk(array);
  while (const auto element = walk.Next()) visit(*element);
}

bool IsSystem(std::string_view collection) { return collection.starts_with("system."); }

}  // namespace

Privileges::Privileges(ByteView connection_status) {
  const ByteView auth = FindDocument(connection_status, "authInfo").value_or(ByteView());
  if (auth.empty()) return;
  ForEach(FindDocument(auth, "authenticatedUsers").value_or(ByteView()),
          [&](const Element&) { authenticated_ = true; });
  ForEach(
      FindDocument(auth, "authenticatedUserPrivileges").value_or(ByteView()),
      [&](const Element& privilege) {
        const ByteView document = privilege.AsDocument().value_or(ByteView());
        const ByteView resource =
            document.empty() ? ByteView() : FindDocument(document, "resource").value_or(ByteView());
        if (resource.empty()) return;
        Grant grant;
        grant.any_resource = FindElement(resource, "anyResource").has_value();
        if (!grant.any_resource && !FindElement(resource, "collection")) return;
        grant.database = FindString(resource, "db");
        grant.collection = FindString(resource, "collection");
        ForEach(FindDocument(document, "actions").value_or(ByteView()), [&](const Element& action) {
          grant.actions.emplace_back(action.AsString().value_or(""));
        });
        grants_.push_back(std::move(grant));
      });
}

Privileges Privileges::Read(const Client& client) {
  Document command;
  BSON_APPEND_INT32(command.bson(), "connectionStatus", 1);
  BSON_APPEND_BOOL(command.bson(), "showPrivileges", true);
  return Privileges(client.Command("admin", command.bson(), "ask for the user's rights").bytes());
}

bool Privileges::Allows(const Namespace& ns, std::string_view action) const {
  if (!authenticated_) return true;
  return std::any_of(grants_.begin(), grants_.end(), [&](const Grant& grant) {
    if (std::find(grant.actions.begin(), grant.actions.end(), action) == grant.actions.end()) {
      return false;
    }
    if (grant.any_resource) return true;
    if (!grant.database.empty() && grant.database != ns.database) return false;
    if (grant.collection.empty()) return !IsSystem(ns.collection);
    return grant.collection == ns.collection;
  });
}

}  // namespace haul
