#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/bson/document.h"
#include "core/plan/namespace.h"

namespace haul {

/// Users and roles of one database that are restored into another one.
struct AccountMove {
  std::string from;
  std::string to;
  /// Where a collection of `from` goes; for the privileges of roles.
  std::function<Namespace(const Namespace&)> collection;
};

/// A document of admin.system.users or admin.system.roles as it stands in `to`: `_id`, `db`, the
/// roles that it refers to, the resources of its privileges; a user becomes another one than the
/// one that it was (`userId`). Credentials hold no database and stay. Nothing for a document of
/// another database. What it refers to elsewhere stays.
[[nodiscard]] std::optional<Document> MoveAccount(ByteView account, const AccountMove& move);

}  // namespace haul
