#include "core/mongo/user_writer.h"

#include "core/mongo/driver_error.h"
#include "core/mongo/write_command.h"

namespace haul {

Namespace TemporaryUsers() { return {"admin", "tempusers"}; }
Namespace TemporaryRoles() { return {"admin", "temproles"}; }

void MergeUsersAndRoles(Deployment& deployment, const UserMerge& merge) {
  Document command;
  BSON_APPEND_INT32(command.bson(), "_mergeAuthzCollections", 1);
  BSON_APPEND_UTF8(command.bson(), "tempUsersCollection",
                   merge.users ? TemporaryUsers().ToString().c_str() : "");
  BSON_APPEND_UTF8(command.bson(), "tempRolesCollection",
                   merge.roles ? TemporaryRoles().ToString().c_str() : "");
  BSON_APPEND_BOOL(command.bson(), "drop", merge.replace);
  BSON_APPEND_UTF8(command.bson(), "db", merge.database.c_str());
  AppendWriteConcern(command.bson(), merge.write_concern);
  deployment.Acquire().Command("admin", command.bson(), "merge users and roles");
}

}  // namespace haul
