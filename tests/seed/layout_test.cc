#include "seed/layout.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_directory.h"

namespace haul {
namespace {

OrderedName Named(std::uint64_t order, const std::string& name) { return {order, name}; }

TEST(SplitOrder, KnowsFourSeparatorsWithSpacesAround) {
  for (const char* text :
       {"10-users", "10_users", "10.users", "10 users", "10 - users", "010-users"}) {
    EXPECT_EQ(SplitOrder(text), Named(10, "users")) << text;
  }
}

TEST(SplitOrder, LeavesNamesWithoutAnOrderWhole) {
  for (const char* text : {"users", "user-roles", "10", "10users", "-users", "10-"}) {
    EXPECT_EQ(SplitOrder(text), Named(OrderedName::kLast, text)) << text;
  }
}

class LayoutTest : public ::testing::Test {
 protected:
  void Write(const std::string& name) const { WriteAllTo(folder_ / name, "[]"); }
  [[nodiscard]] SeedLayout Find(const std::string& name = {},
                                const std::string& collection = {}) const {
    return FindSeedFiles({(folder_ / name).string()}, collection);
  }
  [[nodiscard]] std::vector<std::string> Names(const SeedLayout& layout) const {
    std::vector<std::string> names;
    for (const SeedSource& source : layout.sources) {
      names.push_back(source.path.lexically_relative(folder_.path()).string() + "=" +
                      source.collection.name);
    }
    return names;
  }
  TemporaryDirectory folder_;
};

using Strings = std::vector<std::string>;

TEST_F(LayoutTest, FoldersAndFilesComeInTheirOrder) {
  for (const char* name :
       {"b/2-y.json", "b/10-x.json", "b/1-z.json", "2-c/x.json", "10-a/x.json"}) {
    Write(name);
  }
  EXPECT_EQ(Names(Find()), (Strings{"2-c/x.json=c", "10-a/x.json=a", "b/1-z.json=b", "b/2-y.json=b",
                                    "b/10-x.json=b"}));
}

TEST_F(LayoutTest, PassesOverHiddenFilesAndSaysThatScriptsAreNotRun) {
  for (const char* name : {"a/.x.json", ".git/x.json", "a/README.md", "a/x.JSON", "a/y.ts"})
    Write(name);
  const SeedLayout layout = Find();
  EXPECT_EQ(Names(layout), (Strings{"a/x.JSON=a"}));
  ASSERT_EQ(layout.remarks.size(), 1U);
  EXPECT_NE(layout.remarks.front().find("y.ts"), std::string::npos);
}

TEST_F(LayoutTest, AFolderWithFilesIsOneCollectionAlsoWithASlashBehindIt) {
  Write("10-users/a.json");
  Write("10-users/_seed.json");
  EXPECT_EQ(Names(Find("10-users")), (Strings{"10-users/a.json=users"}));
  const SeedLayout layout = Find("10-users/");
  EXPECT_EQ(Names(layout), (Strings{"10-users/a.json=users"}));
  EXPECT_EQ(layout.sources.front().settings.filename(), "_seed.json");
  EXPECT_EQ(Names(Find("10-users", "people")), (Strings{"10-users/a.json=people"}));
}

TEST_F(LayoutTest, AFileAloneIsNamedByItself) {
  Write("3_cities.ndjson");
  EXPECT_EQ(Names(Find("3_cities.ndjson")), (Strings{"3_cities.ndjson=cities"}));
}

TEST_F(LayoutTest, RefusesLayoutsThatSayTwoThings) {
  Write("a/x.json");
  Write("a/inner/y.json");
  EXPECT_EQ(Caught([&] { static_cast<void>(Find()); })->code(), ExitCode::kUsage);
  Write("b/_seed.json");
  EXPECT_EQ(Caught([&] { static_cast<void>(Find("b")); })->code(), ExitCode::kUsage);
}

TEST_F(LayoutTest, RefusesNothingAtAll) {
  EXPECT_EQ(Caught([&] { static_cast<void>(Find()); })->code(), ExitCode::kUsage);
  EXPECT_EQ(Caught([&] { static_cast<void>(Find("missing")); })->code(), ExitCode::kUsage);
  Write("x.txt");
  EXPECT_EQ(Caught([&] { static_cast<void>(Find("x.txt")); })->code(), ExitCode::kUsage);
}

TEST_F(LayoutTest, RefusesOneNameForAFolderOfCollections) {
  Write("a/x.json");
  EXPECT_EQ(Caught([&] { static_cast<void>(Find("", "b")); })->code(), ExitCode::kUsage);
}

}  // namespace
}  // namespace haul
