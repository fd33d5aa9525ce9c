#include "core/mongo/privileges.h"

#include <gtest/gtest.h>

#include "tests/core/mongo/json.h"

namespace haul::testing {
namespace {

Privileges Of(const std::string& privileges) {
  return Privileges(Doc(R"({"authInfo":{"authenticatedUsers":[{"user":"u","db":"admin"}],
                            "authenticatedUserPrivileges":[)" +
                        privileges + "]},\"ok\":1}")
                        .bytes());
}

TEST(Privileges, AllowEverythingWhereNobodyIsAuthenticated) {
  const Privileges nobody(
      Doc(R"({"authInfo":{"authenticatedUsers":[],"authenticatedUserPrivileges":[]}})").bytes());
  EXPECT_TRUE(nobody.Allows({"shop", "orders"}, "insert"));
}

TEST(Privileges, AllowNothingWithoutAGrant) {
  EXPECT_FALSE(Of("").Allows({"shop", "orders"}, "insert"));
  EXPECT_FALSE(Of(R"({"resource":{"cluster":true},"actions":["insert"]})")
                   .Allows({"shop", "orders"}, "insert"));
}

TEST(Privileges, OfEveryCollectionDoNotCoverSystemCollections) {
  const auto rights = Of(R"({"resource":{"db":"","collection":""},"actions":["insert","find"]})");
  EXPECT_TRUE(rights.Allows({"shop", "orders"}, "find"));
  EXPECT_FALSE(rights.Allows({"shop", "orders"}, "update"));
  EXPECT_FALSE(rights.Allows({"shop", "system.js"}, "find"));
}

TEST(Privileges, OfOneDatabaseOrCollectionEndThere) {
  const auto rights = Of(R"({"resource":{"db":"shop","collection":""},"actions":["insert"]},
                            {"resource":{"db":"","collection":"system.js"},"actions":["find"]})");
  EXPECT_TRUE(rights.Allows({"shop", "orders"}, "insert"));
  EXPECT_FALSE(rights.Allows({"other", "orders"}, "insert"));
  EXPECT_TRUE(rights.Allows({"other", "system.js"}, "find"));
}

TEST(Privileges, OfAnyResourceCoverAll) {
  EXPECT_TRUE(Of(R"({"resource":{"anyResource":true},"actions":["find"]})")
                  .Allows({"shop", "system.js"}, "find"));
}

}  // namespace
}  // namespace haul::testing
