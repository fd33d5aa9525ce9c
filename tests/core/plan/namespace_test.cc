#include "core/plan/namespace.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect_error.h"

namespace haul {
namespace {

TEST(Namespace, SplitsAtTheFirstDot) {
  EXPECT_EQ(SplitNamespace("shop.orders.2024"), (Namespace{"shop", "orders.2024"}));
  EXPECT_EQ(SplitNamespace("shop"), (Namespace{"shop", ""}));
  EXPECT_EQ(SplitNamespace(".x"), (Namespace{"", "x"}));
  EXPECT_EQ((Namespace{"shop", "orders.2024"}).ToString(), "shop.orders.2024");
}

TEST(Namespace, IsShownWithoutBytesThatATerminalActsOn) {
  EXPECT_EQ(Display({"shop", "a\x1b[2Jb"}), "shop.a\\x1b[2Jb");
}

TEST(Namespace, StripsTheBucketsPrefixOnlyAtTheStart) {
  EXPECT_EQ(LogicalCollection("system.buckets.weather"), "weather");
  EXPECT_EQ(LogicalCollection("my.system.buckets.weather"), "my.system.buckets.weather");
  EXPECT_EQ(LogicalCollection("system.bucketsx"), "system.bucketsx");
}

TEST(CheckDatabaseName, TakesWhatAServerTakes) {
  for (const char* name : {"a", "shop-1", "\xC3\xBC"}) {
    EXPECT_NO_THROW(CheckDatabaseName(name, "--db")) << name;
  }
  EXPECT_NO_THROW(CheckDatabaseName(std::string(63, 'd'), "--db"));
}

TEST(CheckDatabaseName, RefusesNamesThatLeaveADirectoryOrThatNoServerHas) {
  ExpectError([] { CheckDatabaseName("../x", "--db"); }, ExitCode::kUsage,
              "--db: '../x' is not a database name: it holds '.'");
  ExpectError([] { CheckDatabaseName("", "--db"); }, ExitCode::kUsage,
              "--db: '' is not a database name: it is empty");
  for (const char* name : {"a/b", "a\\b", "a b", "a\"b", "a$b", "a.b", ".", ".."}) {
    EXPECT_TRUE(Caught([&] { CheckDatabaseName(name, "--db"); })) << name;
  }
  EXPECT_TRUE(Caught([] { CheckDatabaseName(std::string("a\0b", 3), "--db"); }));
  EXPECT_TRUE(Caught([] { CheckDatabaseName(std::string(64, 'd'), "--db"); }));
}

TEST(CheckCollectionName, TakesOddNamesButNoLeadingDotNoNulAndNoOverlong) {
  for (const char* name : {"a.b.c", "with space", "slash/inside", "line\nbreak", "$admin", "a."}) {
    EXPECT_NO_THROW(CheckCollectionName(name, "--collection")) << name;
  }
  ExpectError([] { CheckCollectionName(".hidden", "--collection"); }, ExitCode::kUsage,
              "--collection: '.hidden' is not a collection name: it begins with '.'");
  EXPECT_TRUE(Caught([] { CheckCollectionName("", "--collection"); }));
  EXPECT_TRUE(Caught([] { CheckCollectionName(std::string("a\0b", 3), "--collection"); }));
  EXPECT_TRUE(Caught([] { CheckCollectionName(std::string(256, 'c'), "--collection"); }));
}

}  // namespace
}  // namespace haul
