#include "core/plan/namespace_filter.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect_error.h"

namespace haul {
namespace {

TEST(NamespaceFilter, SelectsEverythingWithoutRules) {
  const NamespaceFilter filter;
  EXPECT_TRUE(filter.Selects({"shop", "orders"}));
  EXPECT_TRUE(filter.MaySelectIn("shop"));
}

TEST(NamespaceFilter, LetsExclusionWin) {
  const NamespaceFilter filter({.include = {"shop.*", "blog.posts"}, .exclude = {"*.tmp*"}});
  EXPECT_TRUE(filter.Selects({"shop", "orders"}));
  EXPECT_TRUE(filter.Selects({"blog", "posts"}));
  EXPECT_FALSE(filter.Selects({"blog", "users"}));
  EXPECT_FALSE(filter.Selects({"shop", "tmp_orders"}));
}

TEST(NamespaceFilter, TakesDatabaseAndCollectionLiterally) {
  const NamespaceFilter filter({.database = "shop", .collection = "a*"});
  EXPECT_TRUE(filter.Selects({"shop", "a*"}));
  EXPECT_FALSE(filter.Selects({"shop", "ab"}));
  EXPECT_FALSE(filter.Selects({"blog", "a*"}));
}

TEST(NamespaceFilter, CombinesTheDatabaseWithPatterns) {
  const NamespaceFilter filter({.include = {"*.o*"}, .database = "shop"});
  EXPECT_TRUE(filter.Selects({"shop", "orders"}));
  EXPECT_FALSE(filter.Selects({"shop", "users"}));
  EXPECT_FALSE(filter.Selects({"blog", "orders"}));
}

TEST(NamespaceFilter, ExcludesCollectionsByNameAndByPrefixLiterally) {
  const NamespaceFilter filter({.exclude_collections = {"a*"}, .exclude_prefixes = {"log."}});
  EXPECT_FALSE(filter.Selects({"shop", "a*"}));
  EXPECT_TRUE(filter.Selects({"shop", "ab"}));
  EXPECT_FALSE(filter.Selects({"blog", "log.2024"}));
  EXPECT_TRUE(filter.Selects({"blog", "logs"}));
}

TEST(NamespaceFilter, MatchesTimeSeriesByTheirLogicalName) {
  const NamespaceFilter filter({.include = {"shop.weather"}});
  EXPECT_TRUE(filter.Selects({"shop", "system.buckets.weather"}));
  EXPECT_TRUE(filter.Selects({"shop", "weather"}));
  const NamespaceFilter excluding({.exclude_collections = {"weather"}});
  EXPECT_FALSE(excluding.Selects({"shop", "system.buckets.weather"}));
  const NamespaceFilter one({.database = "shop", .collection = "weather"});
  EXPECT_TRUE(one.Selects({"shop", "system.buckets.weather"}));
}

TEST(NamespaceFilter, SaysWhichDatabasesNeedNotBeListed) {
  EXPECT_FALSE(NamespaceFilter({.database = "shop"}).MaySelectIn("blog"));
  EXPECT_FALSE(NamespaceFilter({.include = {"shop.*"}}).MaySelectIn("blog"));
  EXPECT_FALSE(NamespaceFilter({.include = {"shop.*"}}).MaySelectIn("shop2"));
  EXPECT_TRUE(NamespaceFilter({.include = {"shop.*"}}).MaySelectIn("shop"));
  EXPECT_TRUE(NamespaceFilter({.include = {"*.orders"}}).MaySelectIn("blog"));
  EXPECT_FALSE(NamespaceFilter({.exclude = {"blog.*"}}).MaySelectIn("blog"));
  EXPECT_TRUE(NamespaceFilter({.exclude = {"blog.*"}}).MaySelectIn("blog2"));
  EXPECT_TRUE(NamespaceFilter({.exclude = {"blog.p*"}}).MaySelectIn("blog"));
}

TEST(NamespaceFilter, RefusesPatternsThatCannotBeMeant) {
  ExpectError([] { NamespaceFilter({.include = {"shop.$x$"}}); }, ExitCode::kUsage,
              "--nsInclude 'shop.$x$': variables ($name$) are for --nsFrom and --nsTo only");
  ExpectError([] { NamespaceFilter({.exclude = {"shop"}}); }, ExitCode::kUsage,
              "--nsExclude 'shop': without a dot or a * it matches no namespace");
  ExpectError([] { NamespaceFilter({.exclude = {""}}); }, ExitCode::kUsage,
              "--nsExclude '': the pattern is empty");
  ExpectError([] { NamespaceFilter({.collection = "orders"}); }, ExitCode::kUsage,
              "--collection 'orders': the database is not known");
  EXPECT_TRUE(Caught([] { NamespaceFilter({.include = {"shop.a\\"}}); }));
}

}  // namespace
}  // namespace haul
