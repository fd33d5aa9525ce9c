#include "restore/plan.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/bson/extended_json.h"
#include "tests/restore/command_line.h"
#include "tests/support/temporary_directory.h"

namespace haul::testing {
namespace {

/// A dump as mongodump leaves it.
class ForeignDump {
 public:
  void Add(const std::string& database, const std::string& stem, std::size_t documents,
           const std::string& metadata = {}) const {
    std::filesystem::create_directories(root_ / database);
    const Document document = ParseExtendedJson(R"({"_id":1})", "document");
    std::ofstream data(root_ / database / (stem + ".bson"), std::ios::binary);
    for (std::size_t i = 0; i < documents; ++i) data << AsText(document.bytes());
    if (!metadata.empty()) AddMetadata(database, stem, metadata);
  }
  void AddMetadata(const std::string& database, const std::string& stem,
                   const std::string& metadata) const {
    std::filesystem::create_directories(root_ / database);
    std::ofstream(root_ / database / (stem + ".metadata.json")) << metadata;
  }
  void AddFolder(const std::string& name) const {
    std::filesystem::create_directories(root_ / name);
  }
  void AddView(const std::string& database, const std::string& name, const std::string& on) const {
    AddMetadata(database, name,
                R"({"options":{"viewOn":")" + on + R"(","pipeline":[]},"indexes":[]})");
  }
  [[nodiscard]] RestorePlan Plan(std::vector<std::string> arguments,
                                 const std::string& folder = "") const {
    arguments.push_back((root_ / folder).string());
    const RestoreOptions options = Check(std::move(arguments));
    return MakeRestorePlan(options);
  }
  [[nodiscard]] ExitCode CodeFor(const std::vector<std::string>& arguments,
                                 const std::string& folder = "") const {
    return CodeOf([&] { static_cast<void>(Plan(arguments, folder)); });
  }

 private:
  TemporaryDirectory directory_;
  std::filesystem::path root_ = directory_ / "dump";
};

using Texts = std::vector<std::string>;

Texts Targets(const RestorePlan& plan) {
  Texts names;
  for (const PlannedCollection* planned : plan.All()) names.push_back(Display(planned->spec.ns));
  return names;
}

TEST(RestorePlan, HasTheLargestCollectionFirstAndViewsLast) {
  ForeignDump dump;
  dump.Add("shop", "small", 1);
  dump.Add("shop", "large", 100);
  dump.Add("shop", "middle", 10);
  dump.AddView("shop", "a_view", "large");
  EXPECT_EQ(Targets(dump.Plan({})),
            (Texts{"shop.large", "shop.middle", "shop.small", "shop.a_view"}));
}

TEST(RestorePlan, PutsEachViewBehindTheViewsThatItReads) {
  ForeignDump dump;
  dump.AddView("shop", "a", "b");
  dump.AddView("shop", "b", "c");
  dump.AddView("shop", "c", "items");
  dump.AddView("shop", "d", "items");
  EXPECT_EQ(Targets(dump.Plan({})), (Texts{"shop.c", "shop.b", "shop.a", "shop.d"}));
}

TEST(RestorePlan, KeepsViewsThatReadOneAnother) {
  ForeignDump dump;
  dump.AddView("shop", "a", "b");
  dump.AddView("shop", "b", "a");
  EXPECT_EQ(Targets(dump.Plan({})).size(), 2U);
}

TEST(RestorePlan, NothingSelectedIsAMistakeNotASuccess) {
  ForeignDump dump;
  dump.Add("shop", "items", 1);
  EXPECT_EQ(dump.CodeFor({"--db=other"}), ExitCode::kUsage);
  EXPECT_EQ(dump.CodeFor({"--db=shop", "--collection=other"}), ExitCode::kUsage);
  EXPECT_EQ(dump.CodeFor({"--nsInclude=other.*"}), ExitCode::kUsage);
  EXPECT_EQ(dump.CodeFor({"--nsExclude=*"}), ExitCode::kUsage);
  EXPECT_EQ(dump.CodeFor({"--collection=items"}), ExitCode::kUsage);
  EXPECT_EQ(dump.CodeFor({}), ExitCode::kOk);
}

TEST(RestorePlan, OfADirectoryWithoutCollectionsIsEmptyWhereThatIsAllowed) {
  ForeignDump dump;
  dump.AddFolder("shop");
  EXPECT_EQ(dump.CodeFor({}), ExitCode::kUsage);
  EXPECT_TRUE(dump.Plan({"--allowMissing"}).Empty());
}

TEST(RestorePlan, SaysHowToRestoreADatabaseUnderAnotherName) {
  ForeignDump dump;
  dump.Add("shop", "items", 1);
  try {
    static_cast<void>(dump.Plan({"--db=copy"}));
    FAIL() << "it has found something";
  } catch (const Error& error) {
    EXPECT_NE(error.hint().find("it holds: shop"), std::string::npos) << error.hint();
    EXPECT_NE(error.hint().find("name its folder"), std::string::npos) << error.hint();
  }
  EXPECT_EQ(Targets(dump.Plan({"--db=copy"}, "shop")), (Texts{"copy.items"}));
}

TEST(RestorePlan, RefusesTwoSourcesForOneTarget) {
  ForeignDump dump;
  dump.Add("shop", "a", 1);
  dump.Add("shop", "b", 1);
  EXPECT_EQ(
      dump.CodeFor({"--nsFrom=shop.*", "--nsTo=shop.one*", "--nsFrom=shop.b", "--nsTo=shop.onea"}),
      ExitCode::kUsage);
}

TEST(RestorePlan, RefusesTargetsThatNoServerTakes) {
  ForeignDump dump;
  dump.Add("shop", "a", 1);
  EXPECT_EQ(dump.CodeFor({"--nsFrom=shop.*", "--nsTo=sh$op.*"}), ExitCode::kUsage);
  EXPECT_EQ(dump.CodeFor({"--collection=$money"}, "shop/a.bson"), ExitCode::kUsage);
}

TEST(RestorePlan, LeavesOutWhatTheServerKeepsAndSaysSo) {
  ForeignDump dump;
  dump.Add("shop", "items", 1);
  dump.Add("config", "settings", 1);
  const RestorePlan plan = dump.Plan({});
  EXPECT_EQ(Targets(plan), (Texts{"shop.items"}));
  ASSERT_EQ(plan.warnings.size(), 1U);
  EXPECT_NE(plan.warnings.front().find("config.settings"), std::string::npos);
}

TEST(RestorePlan, WarnsOfAViewWhoseSourceIsRenamed) {
  ForeignDump dump;
  dump.Add("shop", "items", 1);
  dump.AddView("shop", "v", "items");
  EXPECT_TRUE(dump.Plan({"--nsFrom=shop.*", "--nsTo=copy.*"}).warnings.empty());
  EXPECT_EQ(dump.Plan({"--nsFrom=shop.items", "--nsTo=shop.other"}).warnings.size(), 1U);
}

TEST(RestorePlan, FindsUsersOfOneDatabaseOnlyWhereTheyAreAskedFor) {
  ForeignDump dump;
  dump.Add("shop", "items", 1);
  dump.Add("shop", "$admin.system.users", 1);
  EXPECT_FALSE(dump.Plan({}).users);
  EXPECT_FALSE(dump.Plan({"--db=shop"}).users);
  const RestorePlan plan = dump.Plan({"--db=shop", "--restoreDbUsersAndRoles"});
  ASSERT_TRUE(plan.users);
  EXPECT_EQ(plan.users->database, "shop");
  EXPECT_TRUE(plan.users->users && !plan.users->roles);
  const RestorePlan moved = dump.Plan({"--db=copy", "--restoreDbUsersAndRoles"}, "shop");
  ASSERT_TRUE(moved.users && moved.users->move);
  EXPECT_EQ(moved.users->database, "copy");
  EXPECT_EQ(moved.users->move->from, "shop");
}

TEST(RestorePlan, OfAWholeDumpHasAllUsers) {
  ForeignDump dump;
  dump.Add("shop", "items", 1);
  dump.Add("admin", "system.users", 1);
  dump.Add("admin", "system.version", 1);
  const RestorePlan plan = dump.Plan({});
  ASSERT_TRUE(plan.users);
  EXPECT_TRUE(plan.users->database.empty() && plan.users->users && plan.users->version);
  EXPECT_EQ(Targets(plan), (Texts{"shop.items"}));
  EXPECT_EQ(dump.Plan({"--db=shop", "--restoreDbUsersAndRoles"}).users->database, "shop");
}

TEST(RestorePlan, PrintsALineACollection) {
  ForeignDump dump;
  dump.Add("shop", "items", 2);
  const auto placed = [](const Namespace& target) { return "put to " + target.collection; };
  EXPECT_EQ(dump.Plan({"--db=copy"}, "shop").ToText(placed),
            "copy.items from shop.items: collection, 28 B, 0 indexes, put to items\n");
}

}  // namespace
}  // namespace haul::testing
