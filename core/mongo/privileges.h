#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/mongo/deployment.h"
#include "core/plan/namespace.h"

namespace haul {

/// What the connected user may do, as the server says it (connectionStatus with showPrivileges). A
/// value. Where nobody is authenticated everything counts as allowed: either access control is off,
/// or the first command that needs a right will be refused.
class Privileges {
 public:
  explicit Privileges(ByteView connection_status);
  [[nodiscard]] static Privileges Read(const Client& client);

  /// True where a privilege covers `action` ("insert", "find") on the collection.
  [[nodiscard]] bool Allows(const Namespace& ns, std::string_view action) const;

 private:
  struct Grant {
    bool any_resource = false;
    std::string database;    ///< empty: every database
    std::string collection;  ///< empty: every collection that is not a system one
    std::vector<std::string> actions;
  };

  bool authenticated_ = false;
  std::vector<Grant> grants_;
};

}  // namespace haul
