#include "core/plan/namespace_mapper.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect_error.h"

namespace haul {
namespace {

using Renames = std::vector<NamespaceMapper::Rename>;

std::string Map(const Renames& renames, std::string_view source) {
  return NamespaceMapper(renames).Map(SplitNamespace(source)).ToString();
}

void ExpectRefused(const Renames& renames, const std::string& message) {
  ExpectError([&] { NamespaceMapper mapper(renames); }, ExitCode::kUsage, message);
}

TEST(NamespaceMapper, LeavesWhatNoPairMatches) {
  EXPECT_EQ(Map({}, "shop.orders"), "shop.orders");
  EXPECT_EQ(Map({{"shop.users", "shop.people"}}, "shop.orders"), "shop.orders");
  EXPECT_TRUE(NamespaceMapper().empty());
}

TEST(NamespaceMapper, LetsTheLastPairThatMatchesDecideAndAppliesOne) {
  EXPECT_EQ(Map({{"a.*", "first.*"}, {"a.x*", "second.*"}}, "a.xy"), "second.y");
  EXPECT_EQ(Map({{"a.*", "first.*"}, {"a.x*", "second.*"}}, "a.b"), "first.b");
  const Renames swap = {{"a.*", "b.*"}, {"b.*", "a.*"}};
  EXPECT_EQ(Map(swap, "a.c"), "b.c");
  EXPECT_EQ(Map(swap, "b.c"), "a.c");
}

// mongorestore turns tiny.a into pre_a.tiny and a.iny here.
TEST(NamespaceMapper, LetsStarsStandForStarsByTheirPosition) {
  EXPECT_EQ(Map({{"*.*", "pre_*.*"}}, "tiny.a"), "pre_tiny.a");
  EXPECT_EQ(Map({{"t*.*", "*.*"}}, "tiny.a"), "iny.a");
  EXPECT_EQ(Map({{"*.*_old", "*.*"}}, "shop.users_old"), "shop.users");
}

TEST(NamespaceMapper, TakesEscapedStarsLiterally) {
  EXPECT_EQ(Map({{R"(a.\*)", R"(b.\*\\)"}}, "a.*"), R"(b.*\)");
  EXPECT_EQ(Map({{R"(a.\*)", "b.x"}}, "a.y"), "a.y");
}

TEST(NamespaceMapper, UsesVariablesInAnyOrderAndNumber) {
  EXPECT_EQ(Map({{"$db$.$coll$", "$coll$.$db$.$coll$"}}, "a.b"), "b.a.b");
  EXPECT_EQ(Map({{"prod_$customer$.data_$year$", "$customer$.$year$"}}, "prod_x.data_2024"),
            "x.2024");
  EXPECT_EQ(Map({{"a.$x$", "b.c"}}, "a.y"), "b.c");
  EXPECT_EQ(Map({{"a.$$", "b.$$"}}, "a.y"), "b.y");
}

TEST(NamespaceMapper, TakesStarsAndBackslashesLiterallyBesideVariables) {
  EXPECT_EQ(Map({{"a.*$x$", "b.\\$x$*"}}, "a.*y"), "b.\\y*");
  EXPECT_EQ(Map({{"a.*$x$", "b.$x$"}}, "a.zy"), "a.zy");
}

TEST(NamespaceMapper, RenamesTimeSeriesByTheirLogicalName) {
  const NamespaceMapper mapper(Renames{{"shop.weather", "archive.climate"}});
  EXPECT_EQ(mapper.Map({"shop", "system.buckets.weather"}),
            (Namespace{"archive", "system.buckets.climate"}));
  EXPECT_EQ(mapper.Map({"shop", "weather"}), (Namespace{"archive", "climate"}));
}

TEST(NamespaceMapper, RefusesToRenameBuckets) {
  ExpectRefused({{"shop.system.buckets.weather", "shop.system.buckets.climate"}},
                "--nsFrom 'shop.system.buckets.weather' --nsTo 'shop.system.buckets.climate': "
                "a time-series collection is renamed by its own name, not by its buckets");
}

TEST(NamespaceMapper, RefusesPairsThatDoNotFit) {
  ExpectRefused({{"a.*", "b.c"}}, "--nsFrom 'a.*' --nsTo 'b.c': 1 and 0 wildcards");
  ExpectRefused({{"a.$x$", "b.$y$"}},
                "--nsFrom 'a.$x$' --nsTo 'b.$y$': the source has no variable $y$");
  ExpectRefused({{"a.b", "b.$y$"}},
                "--nsFrom 'a.b' --nsTo 'b.$y$': a $variable$ in the target needs the same one in "
                "the source");
  ExpectRefused({{"$x$.$x$", "b.$x$"}}, "--nsFrom '$x$.$x$': the variable $x$ appears twice");
  ExpectRefused({{"a.$x", "b.c"}},
                "--nsFrom 'a.$x': a '$' begins a variable that no other '$' ends");
  ExpectRefused({{"a.$x$", "b.$x"}},
                "--nsTo 'b.$x': a '$' begins a variable that no other '$' ends");
  ExpectRefused({{"", "b.c"}}, "--nsFrom '': the pattern is empty");
}

TEST(NamespaceMapper, RefusesATargetThatIsNoLegalName) {
  ExpectError(
      [] {
        Map({{"a.*", "*"}}, "a.b");
      },
      ExitCode::kUsage, "--nsTo for a.b: '' is not a collection name: it is empty");
  ExpectError(
      [] {
        Map({{"*.c", "*/x.c"}}, "a.c");
      },
      ExitCode::kUsage, "--nsTo for a.c: 'a/x' is not a database name: it holds '/'");
}

TEST(CheckDistinctTargets, NamesBothSourcesOfOneTarget) {
  ExpectError(
      [] {
        CheckDistinctTargets({{{"a", "x"}, {"c", "x"}}, {{"b", "x"}, {"c", "x"}}});
      },
      ExitCode::kUsage, "map namespaces: a.x and b.x would both become c.x; nothing was touched");
  EXPECT_NO_THROW(CheckDistinctTargets({{{"a", "x"}, {"b", "x"}}, {{"b", "x"}, {"a", "x"}}}));
}

}  // namespace
}  // namespace haul
