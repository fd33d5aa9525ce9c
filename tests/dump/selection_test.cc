#include "dump/selection.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/bson/extended_json.h"

namespace haul {
namespace {

TEST(Selection, AFullDumpTakesWhatARestoreCanUse) {
  const DumpOptions everything;
  const std::vector<std::pair<Namespace, bool>> expected = {
      {{"shop", "orders"}, true},          {{"shop", "system.js"}, true},
      {{"shop", "system.profile"}, false}, {{"shop", "system.views"}, false},
      {{"admin", "system.users"}, true},   {{"admin", "system.keys"}, false},
      {{"admins", "system.users"}, false}, {{"config", "shards"}, true},
      {{"config", "transactions"}, false}, {{"local", "oplog.rs"}, false},
      {{"local", "mine"}, false},          {{"__mdb_internal_x", "a"}, false},
      {{"configuration", "a"}, true},      {{"shop", "systematic"}, true}};
  for (const auto& [ns, dumped] : expected) {
    EXPECT_EQ(IsDumped(everything, ns), dumped) << ns.ToString();
  }
}

TEST(Selection, ADatabaseAskedForByNameIsTakenWhateverItIs) {
  DumpOptions options;
  options.database = "config";
  options.filter = NamespaceFilter({.database = "config"});
  EXPECT_TRUE(IsDumped(options, {"config", "transactions"}));
  EXPECT_FALSE(IsDumped(options, {"shop", "orders"}));
  options.database = "local";
  options.filter = NamespaceFilter({.database = "local"});
  EXPECT_TRUE(IsDumped(options, {"local", "oplog.rs"}));
}

TEST(Selection, ACollectionAskedForByNameIsTakenWhateverItIs) {
  DumpOptions options;
  options.database = "shop";
  options.collection = "system.profile";
  options.filter = NamespaceFilter({.database = "shop", .collection = "system.profile"});
  EXPECT_TRUE(IsDumped(options, {"shop", "system.profile"}));
  EXPECT_FALSE(IsDumped(options, {"shop", "orders"}));
}

TEST(Selection, CappedCollectionsAndTheServersOwnHaveNoHistory) {
  const auto has_history = [](const Namespace& ns, std::string_view options) {
    CollectionSpec spec;
    spec.ns = ns;
    spec.options = ParseExtendedJson(options, "options");
    return HasHistory(spec);
  };
  EXPECT_TRUE(has_history({"shop", "orders"}, "{}"));
  EXPECT_FALSE(has_history({"shop", "log"}, R"({"capped":true,"size":4096})"));
  EXPECT_FALSE(has_history({"local", "startup_log"}, "{}"));
  EXPECT_FALSE(has_history({"config", "transactions"}, "{}"));
  EXPECT_TRUE(has_history({"config", "shards"}, "{}"));
}

CollectionSpec Weather(std::string_view options) {
  CollectionSpec spec;
  spec.ns = {"shop", "weather"};
  spec.type = CollectionType::kTimeSeries;
  spec.options = ParseExtendedJson(options, "options");
  return spec;
}

std::string Rewritten(std::string_view query, std::string_view options) {
  return ToCanonicalJson(
      ToBucketsQuery(ParseExtendedJson(query, "query"), Weather(options)).bytes());
}

constexpr std::string_view kWithMeta = R"({"timeseries":{"timeField":"t","metaField":"sensor"}})";

TEST(Selection, AQueryOnTheMetaFieldIsAskedOfTheBuckets) {
  EXPECT_EQ(Rewritten(R"({"sensor":"a"})", kWithMeta), R"({"meta":"a"})");
  EXPECT_EQ(Rewritten(R"({"sensor.city":{"$in":["a","b"]}})", kWithMeta),
            R"({"meta.city":{"$in":["a","b"]}})");
  EXPECT_EQ(Rewritten(R"({"$or":[{"sensor":"a"},{"sensor.x":"b"}]})", kWithMeta),
            R"({"$or":[{"meta":"a"},{"meta.x":"b"}]})");
  EXPECT_EQ(Rewritten("{}", kWithMeta), "{}");
}

TEST(Selection, AQueryOnAnyOtherFieldOfATimeSeriesIsRefused) {
  EXPECT_THROW(Rewritten(R"({"t":1})", kWithMeta), Error);
  EXPECT_THROW(Rewritten(R"({"sensors":1})", kWithMeta), Error);
  EXPECT_THROW(Rewritten(R"({"$or":[{"sensor":"a"},{"value":2}]})", kWithMeta), Error);
  EXPECT_THROW(Rewritten(R"({"sensor":1})", R"({"timeseries":{"timeField":"t"}})"), Error);
}

}  // namespace
}  // namespace haul
