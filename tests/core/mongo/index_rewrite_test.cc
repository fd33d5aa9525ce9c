#include "core/mongo/index_rewrite.h"

#include <gtest/gtest.h>

#include "tests/core/mongo/json.h"

namespace haul::testing {
namespace {

using Texts = std::vector<std::string>;

CollectionSpec Spec(const std::vector<std::string>& indexes, std::string_view options = "{}") {
  CollectionSpec spec;
  spec.ns = {"shop", "orders"};
  spec.options = Doc(options);
  for (const std::string& index : indexes) spec.indexes.push_back(Doc(index));
  return spec;
}

std::vector<std::string> Rewritten(const CollectionSpec& spec, const IndexRewrite& rewrite = {}) {
  return Jsons(RewriteIndexes(spec, rewrite));
}

TEST(IndexRewrite, LeavesOutTheIndexOnIdInEverySpelling) {
  EXPECT_EQ(Rewritten(Spec(
                {R"({"v":2,"key":{"_id":1},"name":"_id_"})", R"({"key":{"_id":1.0},"name":"a"})",
                 R"({"key":{"_id":true},"name":"b"})", R"({"key":{"_id":""},"name":"c"})"})),
            Texts{});
}

TEST(IndexRewrite, KeepsOtherIndexesThatBeginWithId) {
  const std::vector<std::string> kept = {
      R"({"key":{"_id":-1},"name":"down"})", R"({"key":{"_id":"hashed"},"name":"hash"})",
      R"({"key":{"_id":1,"a":1},"name":"two"})",
      R"({"key":{"_id":1},"name":"part","partialFilterExpression":{}})"};
  EXPECT_EQ(Rewritten(Spec(kept)),
            (Texts{Same(kept[0]), Same(kept[1]), Same(kept[2]), Same(kept[3])}));
}

TEST(IndexRewrite, LeavesOutTheClusteredIndex) {
  EXPECT_EQ(
      Rewritten(Spec({R"({"v":2,"key":{"_id":1},"name":"c","unique":true,"clustered":true})"})),
      Texts{});
}

TEST(IndexRewrite, DropsTheNamespaceAlwaysAndTheVersionUnlessItIsKept) {
  const auto spec = Spec({R"({"v":1,"key":{"a":1},"name":"a","ns":"old.name","unique":true})"});
  EXPECT_EQ(Rewritten(spec), (Texts{Same(R"({"key":{"a":1},"name":"a","unique":true})")}));
  EXPECT_EQ(Rewritten(spec, {.keep_version = true}),
            (Texts{Same(R"({"v":1,"key":{"a":1},"name":"a","unique":true})")}));
}

TEST(IndexRewrite, SaysSimpleWhereTheCollectionHasACollationAndTheIndexHasNone) {
  const auto spec = Spec({R"({"key":{"a":1},"name":"a"})",
                          R"({"key":{"b":1},"name":"b","collation":{"locale":"fr"}})"},
                         R"({"collation":{"locale":"de"}})");
  EXPECT_EQ(Rewritten(spec),
            (Texts{Same(R"({"key":{"a":1},"name":"a","collation":{"locale":"simple"}})"),
                   Same(R"({"key":{"b":1},"name":"b","collation":{"locale":"fr"}})")}));
}

TEST(IndexRewrite, TakesASimpleCollationFromAnIndexOfVersionOne) {
  EXPECT_EQ(
      Rewritten(Spec({R"({"v":1,"key":{"a":1},"name":"a","collation":{"locale":"simple"}})"})),
      (Texts{Same(R"({"key":{"a":1},"name":"a"})")}));
}

TEST(IndexRewrite, GivesAnUnversionedSphereItsFirstVersion) {
  EXPECT_EQ(Rewritten(Spec({R"({"key":{"g":"2dsphere"},"name":"g"})",
                            R"({"key":{"h":"2dsphere"},"name":"h","2dsphereIndexVersion":3})"})),
            (Texts{Same(R"({"key":{"g":"2dsphere"},"name":"g","2dsphereIndexVersion":1})"),
                   Same(R"({"key":{"h":"2dsphere"},"name":"h","2dsphereIndexVersion":3})")}));
}

TEST(IndexRewrite, ConvertsOnlyKeyValuesThatNoServerTakesToday) {
  const auto spec = Spec({R"({"key":{"a":true,"b":null,"c":"","d":0,"e":{"$numberDecimal":"0.0"},
      "f":{"$numberDouble":"-1E-10"},"g":{"$numberDouble":"-0.0"},"h":-2.5,"i":"text",
      "j":{"$numberLong":"7"}},"name":"x"})"});
  EXPECT_EQ(Rewritten(spec, {.convert_legacy = true}),
            (Texts{Same(R"({"key":{"a":1,"b":1,"c":1,"d":1,"e":1,"f":-1,"g":1,"h":-2.5,
                                   "i":"text","j":{"$numberLong":"7"}},"name":"x"})")}));
  EXPECT_EQ(Rewritten(spec), (Texts{Json(spec.indexes.front())}));
}

TEST(IndexRewrite, KeepsTheFirstOfIndexesThatConversionMadeTheSame) {
  EXPECT_EQ(Rewritten(Spec({R"({"key":{"a":true},"name":"first"})",
                            R"({"key":{"a":1},"name":"second"})"}),
                      {.convert_legacy = true}),
            (Texts{Same(R"({"key":{"a":1},"name":"first"})")}));
}

TEST(IndexRewrite, TakesNumbersForTheSameKeyByTheirValue) {
  EXPECT_EQ(Rewritten(Spec({R"({"key":{"a":1},"name":"first"})",
                            R"({"key":{"a":{"$numberDouble":"1.0"}},"name":"second"})",
                            R"({"key":{"a":1,"b":1},"name":"longer"})"}),
                      {.convert_legacy = true}),
            (Texts{Same(R"({"key":{"a":1},"name":"first"})"),
                   Same(R"({"key":{"a":1,"b":1},"name":"longer"})")}));
}

TEST(IndexRewrite, KeepsIndexesThatDifferInCollationOrFilter) {
  const auto spec = Spec({R"({"key":{"a":1},"name":"plain"})",
                          R"({"key":{"a":1},"name":"french","collation":{"locale":"fr"}})",
                          R"({"key":{"a":1},"name":"some","partialFilterExpression":{"b":1}})"});
  EXPECT_EQ(Rewritten(spec, {.convert_legacy = true}),
            (Texts{Json(spec.indexes[0]), Json(spec.indexes[1]), Json(spec.indexes[2])}));
}

TEST(IndexRewrite, MakesDottedHashesAscendingWhereAsked) {
  const auto spec =
      Spec({R"({"key":{"a.b":"hashed"},"name":"d"})", R"({"key":{"a":"hashed"},"name":"p"})"});
  EXPECT_EQ(Rewritten(spec, {.fix_dotted_hash = true}),
            (Texts{Same(R"({"key":{"a.b":1},"name":"d"})"), Json(spec.indexes[1])}));
  EXPECT_EQ(Rewritten(spec), (Texts{Json(spec.indexes[0]), Json(spec.indexes[1])}));
}

TEST(IdIndexForCreate, KeepsTheCollationAndDropsVersionAndNamespace) {
  const auto spec = Spec(
      {R"({"v":2,"key":{"_id":true},"name":"_id_","ns":"shop.orders","collation":{"locale":"de"}})"});
  EXPECT_EQ(Json(IdIndexForCreate(spec, false)),
            Same(R"({"key":{"_id":1},"name":"_id_","collation":{"locale":"de"}})"));
  EXPECT_EQ(Json(IdIndexForCreate(spec, true)),
            Same(R"({"v":2,"key":{"_id":1},"name":"_id_","collation":{"locale":"de"}})"));
}

TEST(IdIndexForCreate, IsEmptyWithoutAnIndexOnIdAndForClusteredCollections) {
  EXPECT_TRUE(IdIndexForCreate(Spec({R"({"key":{"a":1},"name":"a"})"}), false).empty());
  EXPECT_TRUE(
      IdIndexForCreate(Spec({R"({"key":{"_id":1},"name":"c","clustered":true})"}), false).empty());
}

}  // namespace
}  // namespace haul::testing
