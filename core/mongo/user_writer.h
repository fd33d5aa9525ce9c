#pragma once

#include <string>

#include "core/mongo/catalog_writer.h"

namespace haul {

/// Where users and roles wait until they are merged. The built-in role `restore` names exactly
/// these.
[[nodiscard]] Namespace TemporaryUsers();
[[nodiscard]] Namespace TemporaryRoles();

/// What of the temporary collections becomes users and roles of the server.
struct UserMerge {
  bool users = false;    ///< TemporaryUsers() holds some
  bool roles = false;    ///< TemporaryRoles() holds some
  bool replace = false;  ///< users and roles of the scope that are not among them are dropped
  std::string database;  ///< the scope: one database, or empty for the whole server
  Document write_concern;
};

/// Makes them the server's, in one command. The caller has filled the temporary collections and
/// drops them. Throws Error.
void MergeUsersAndRoles(Deployment& deployment, const UserMerge& merge);

}  // namespace haul
