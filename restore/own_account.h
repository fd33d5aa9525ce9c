#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/mongo/deployment.h"

namespace haul {

/// Whoever is logged in: a merge that drops what the dump does not hold would lock the run out, and
/// perhaps everybody. `_id`s are those of admin.system.users and admin.system.roles ("admin.root").
struct OwnAccount {
  std::vector<Document> users;  ///< to be added to those of the dump
  std::vector<Document> roles;
};

/// What the merge drops and whom it spares already.
struct MergeScope {
  std::string database;  ///< empty: the whole server
  bool users = false;    ///< users are replaced
  bool roles = false;
  std::set<std::string> dumped_users;
  std::set<std::string> dumped_roles;
};

/// The users who are logged in on `client` and who would be dropped, and the roles of theirs that
/// would be. Throws Error kDenied where the user may not read them.
[[nodiscard]] OwnAccount FindOwnAccount(const Client& client, const MergeScope& scope);

}  // namespace haul
