#include "core/plan/collection_spec.h"

#include <gtest/gtest.h>

#include "core/bson/extended_json.h"

namespace haul {
namespace {

CollectionSpec WithOptions(std::string_view options) {
  CollectionSpec spec;
  spec.ns = {"shop", "orders"};
  spec.options = ParseExtendedJson(options, "options");
  return spec;
}

TEST(CollectionSpec, TellsCappedFromItsOptions) {
  EXPECT_TRUE(WithOptions(R"({"capped":true,"size":4096})").capped());
  EXPECT_TRUE(WithOptions(R"({"capped":1})").capped());
  EXPECT_FALSE(WithOptions(R"({"capped":false})").capped());
  EXPECT_FALSE(WithOptions("{}").capped());
}

TEST(CollectionSpec, TellsClusteredFromItsOptions) {
  EXPECT_TRUE(WithOptions(R"({"clusteredIndex":{"key":{"_id":1},"unique":true}})").clustered());
  EXPECT_TRUE(WithOptions(R"({"clusteredIndex":true})").clustered());
  EXPECT_FALSE(WithOptions(R"({"clusteredIndex":false})").clustered());
  EXPECT_FALSE(WithOptions("{}").clustered());
}

TEST(CollectionSpec, KeepsTimeSeriesDataInBuckets) {
  CollectionSpec spec = WithOptions("{}");
  EXPECT_EQ(spec.DataNamespace(), (Namespace{"shop", "orders"}));
  spec.type = CollectionType::kTimeSeries;
  EXPECT_EQ(spec.DataNamespace(), (Namespace{"shop", "system.buckets.orders"}));
}

TEST(CollectionSpec, NamesItsTypesAsListCollectionsDoes) {
  EXPECT_EQ(TypeName(CollectionType::kCollection), "collection");
  EXPECT_EQ(TypeName(CollectionType::kView), "view");
  EXPECT_EQ(TypeName(CollectionType::kTimeSeries), "timeseries");
}

TEST(CollectionSpec, ClonesEverything) {
  CollectionSpec spec = WithOptions(R"({"capped":true})");
  spec.type = CollectionType::kTimeSeries;
  spec.uuid = "0123456789abcdef0123456789abcdef";
  spec.indexes.push_back(ParseExtendedJson(R"({"name":"a_1"})", "index"));
  const CollectionSpec clone = spec.Clone();
  EXPECT_EQ(clone.ns, spec.ns);
  EXPECT_EQ(clone.type, spec.type);
  EXPECT_EQ(clone.uuid, spec.uuid);
  EXPECT_EQ(clone.options, spec.options);
  EXPECT_EQ(clone.indexes, spec.indexes);
}

}  // namespace
}  // namespace haul
