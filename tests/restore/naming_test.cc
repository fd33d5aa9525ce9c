#include "restore/naming.h"

#include <gtest/gtest.h>

#include "tests/restore/command_line.h"

namespace haul::testing {
namespace {

using Shape = DumpReader::Shape;

/// Options and the naming that refers to them.
struct Naming {
  Naming(Shape shape, const std::vector<std::string>& arguments)
      : options(Check(arguments)), names(options, shape) {}
  [[nodiscard]] std::string Target(const char* source) const {
    return names.Target(SplitNamespace(source)).ToString();
  }
  [[nodiscard]] bool Selects(const char* source) const {
    return names.Selects(SplitNamespace(source));
  }
  RestoreOptions options;
  RestoreNaming names;
};

TEST(RestoreNaming, OutOfARootDatabaseAndCollectionSelect) {
  const Naming naming(Shape::kRoot, {"--db=shop", "--collection=orders"});
  EXPECT_TRUE(naming.Selects("shop.orders"));
  EXPECT_FALSE(naming.Selects("shop.users"));
  EXPECT_FALSE(naming.Selects("other.orders"));
  EXPECT_EQ(naming.Target("shop.orders"), "shop.orders");
}

TEST(RestoreNaming, AFolderGoesToTheDatabaseThatIsNamed) {
  const Naming naming(Shape::kDatabaseFolder, {"--db=copy", "--collection=orders"});
  EXPECT_TRUE(naming.Selects("shop.orders"));
  EXPECT_FALSE(naming.Selects("shop.users"));
  EXPECT_EQ(naming.Target("shop.orders"), "copy.orders");
  EXPECT_EQ(Naming(Shape::kDatabaseFolder, {}).Target("shop.orders"), "shop.orders");
}

TEST(RestoreNaming, AFileGoesToTheCollectionThatIsNamed) {
  const Naming naming(Shape::kDataFile, {"--db=copy", "--collection=old"});
  EXPECT_TRUE(naming.Selects("shop.orders"));
  EXPECT_EQ(naming.Target("shop.orders"), "copy.old");
  EXPECT_EQ(Naming(Shape::kDataFile, {"--db=copy"}).Target("shop.orders"), "copy.orders");
}

TEST(RestoreNaming, PatternsMayNameAFolderEitherWay) {
  for (const char* pattern : {"--nsInclude=shop.o*", "--nsInclude=copy.o*"}) {
    const Naming naming(Shape::kDatabaseFolder, {"--db=copy", pattern});
    EXPECT_TRUE(naming.Selects("shop.orders")) << pattern;
    EXPECT_FALSE(naming.Selects("shop.users")) << pattern;
  }
  for (const char* pattern : {"--nsExclude=shop.o*", "--nsExclude=copy.o*"}) {
    const Naming naming(Shape::kDatabaseFolder, {"--db=copy", pattern});
    EXPECT_FALSE(naming.Selects("shop.orders")) << pattern;
    EXPECT_TRUE(naming.Selects("shop.users")) << pattern;
  }
}

TEST(RestoreNaming, RenamesComeAfterDatabaseAndCollection) {
  const Naming naming(Shape::kDatabaseFolder, {"--db=copy", "--nsFrom=copy.a*", "--nsTo=copy.b*"});
  EXPECT_EQ(naming.Target("shop.abc"), "copy.bbc");
  EXPECT_EQ(naming.Target("shop.xyz"), "copy.xyz");
}

TEST(RestoreNaming, ARenameThatSaysTheSameAsTheCollectionOptionIsFine) {
  const Naming naming(Shape::kDataFile, {"--db=mydb", "--collection=users_new",
                                         "--nsFrom=mydb.users", "--nsTo=mydb.users_new"});
  EXPECT_EQ(naming.Target("mydb.users"), "mydb.users_new");
}

TEST(RestoreNaming, ARenameThatContradictsTheCollectionOptionIsRefused) {
  const Naming naming(Shape::kDataFile,
                      {"--db=mydb", "--collection=a", "--nsFrom=mydb.users", "--nsTo=mydb.b"});
  EXPECT_EQ(CodeOf([&] { static_cast<void>(naming.Target("mydb.users")); }), ExitCode::kUsage);
}

TEST(RestoreNaming, LeavesOutWhatServersKeepByThemselves) {
  const Naming naming(Shape::kRoot, {});
  EXPECT_TRUE(naming.names.WhySkipped({"shop", "system.profile"}));
  EXPECT_TRUE(naming.names.WhySkipped({"config", "settings"}));
  EXPECT_TRUE(naming.names.WhySkipped({"local", "startup_log"}));
  EXPECT_FALSE(naming.names.WhySkipped({"shop", "system.js"}));
  EXPECT_FALSE(naming.names.WhySkipped({"shop", "systems"}));
  EXPECT_FALSE(Naming(Shape::kRoot, {"--db=config"}).names.WhySkipped({"config", "settings"}));
  EXPECT_FALSE(
      Naming(Shape::kRoot, {"--nsInclude=config.*"}).names.WhySkipped({"config", "settings"}));
}

TEST(RestoreNaming, AllUsersBelongToAWholeDumpOrTheDatabaseAdmin) {
  EXPECT_TRUE(Naming(Shape::kRoot, {}).names.SelectsAllUsers("shop"));
  EXPECT_TRUE(Naming(Shape::kRoot, {"--db=admin"}).names.SelectsAllUsers("shop"));
  EXPECT_TRUE(Naming(Shape::kDatabaseFolder, {}).names.SelectsAllUsers("admin"));
  EXPECT_FALSE(Naming(Shape::kRoot, {"--db=shop"}).names.SelectsAllUsers("shop"));
  EXPECT_FALSE(Naming(Shape::kRoot, {"--nsInclude=shop.*"}).names.SelectsAllUsers("shop"));
  EXPECT_FALSE(Naming(Shape::kRoot, {"--nsExclude=admin.*"}).names.SelectsAllUsers("shop"));
  EXPECT_FALSE(Naming(Shape::kDatabaseFolder, {}).names.SelectsAllUsers("shop"));
  EXPECT_FALSE(Naming(Shape::kDatabaseFolder, {"--db=copy"}).names.SelectsAllUsers("admin"));
}

}  // namespace
}  // namespace haul::testing
