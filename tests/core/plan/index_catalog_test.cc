#include "core/plan/index_catalog.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

Document Doc(const std::string& json) { return ParseExtendedJson(json, "the test's document"); }

const Namespace kOrders{"shop", "orders"};
const Namespace kBuckets{"shop", "system.buckets.weather"};

CollectionSpec Spec(const Namespace& ns, const std::vector<std::string>& indexes) {
  CollectionSpec spec;
  spec.ns = ns;
  for (const std::string& index : indexes) spec.indexes.push_back(Doc(index));
  return spec;
}

IndexCatalog OfOrders() {
  IndexCatalog catalog;
  catalog.Add(Spec(
      kOrders, {R"({"v":2,"key":{"_id":1},"name":"_id_"})", R"({"v":2,"key":{"a":1},"name":"a_1"})",
                R"({"v":2,"key":{"b":1},"name":"b_1","hidden":true})"}));
  return catalog;
}

// "shop.orders: NAME NAME"
std::vector<std::string> Names(const IndexCatalog& catalog) {
  std::vector<std::string> lines;
  for (const CollectionSpec& spec : catalog.Collections()) {
    std::string line = spec.ns.ToString() + ":";
    for (const Document& index : spec.indexes) {
      line += ' ';
      line += FindElement(index.bytes(), "name")->AsString().value();
    }
    lines.push_back(line);
  }
  return lines;
}

std::string IndexJson(const IndexCatalog& catalog, std::size_t i) {
  return ToCanonicalJson(catalog.Collections().front().indexes.at(i).bytes());
}

void DropIndexes(IndexCatalog& catalog, const std::string& which) {
  const Document document = Doc(R"({"index":)" + which + "}");
  catalog.DropIndexes(kOrders, FindElement(document.bytes(), "index").value());
}

using Lines = std::vector<std::string>;

TEST(IndexCatalog, BeginsWithTheDumpsIndexes) {
  EXPECT_EQ(Names(OfOrders()), Lines{"shop.orders: _id_ a_1 b_1"});
}

TEST(IndexCatalog, DropsIndexesByNameKeyListAndStar) {
  struct Case {
    std::string which;
    std::string left;
  };
  const std::vector<Case> cases = {
      {R"("a_1")", "_id_ b_1"},        {R"({"b":1})", "_id_ a_1"}, {R"({"b":-1})", "_id_ a_1 b_1"},
      {R"(["a_1","b_1"])", "_id_"},    {R"("*")", "_id_"},         {R"("unknown")", "_id_ a_1 b_1"},
      {"[[\"a_1\"]]", "_id_ a_1 b_1"}, {"5", "_id_ a_1 b_1"},
  };
  for (const Case& one : cases) {
    IndexCatalog catalog = OfOrders();
    DropIndexes(catalog, one.which);
    EXPECT_EQ(Names(catalog), Lines{"shop.orders: " + one.left}) << one.which;
  }
}

TEST(IndexCatalog, ReplacesAnIndexOfTheSameName) {
  IndexCatalog catalog = OfOrders();
  catalog.AddIndex(kOrders, Doc(R"({"key":{"a":-1},"name":"a_1"})").bytes());
  EXPECT_EQ(Names(catalog), Lines{"shop.orders: _id_ b_1 a_1"});
  EXPECT_EQ(IndexJson(catalog, 2), R"({"key":{"a":{"$numberInt":"-1"}},"name":"a_1"})");
}

TEST(IndexCatalog, RefusesAnIndexWithoutNameOrKey) {
  IndexCatalog catalog;
  for (const char* bad : {"{}", R"({"name":"a"})", R"({"key":{"a":1}})", R"({"name":1,"key":1})"}) {
    ExpectError([&] { catalog.AddIndex(kOrders, Doc(bad).bytes()); }, ExitCode::kCorrupt,
                "an index of shop.orders has no name or key");
  }
}

TEST(IndexCatalog, ARenamedCollectionTakesItsIndexesAndLeavesNoGhost) {
  IndexCatalog catalog = OfOrders();
  catalog.Add(Spec({"shop", "old"}, {R"({"key":{"x":1},"name":"x_1"})"}));
  catalog.Rename(kOrders, {"shop", "old"});
  EXPECT_EQ(Names(catalog), Lines{"shop.old: _id_ a_1 b_1"});
  catalog.Rename({"shop", "unknown"}, {"shop", "other"});
  EXPECT_EQ(Names(catalog), Lines{"shop.old: _id_ a_1 b_1"});
}

TEST(IndexCatalog, ACollectionThatIsCreatedHasNoIndexesAndKeepsItsCollation) {
  IndexCatalog catalog = OfOrders();
  catalog.Create(kOrders,
                 Doc(R"({"create":"orders","collation":{"locale":"en"},"idIndex":{}})").bytes());
  EXPECT_EQ(Names(catalog), Lines{"shop.orders:"});
  EXPECT_EQ(ToCanonicalJson(catalog.Collections().front().options.bytes()),
            R"({"collation":{"locale":"en"}})");
}

TEST(IndexCatalog, DroppingForgetsTheCollection) {
  IndexCatalog catalog = OfOrders();
  catalog.Drop(kOrders);
  catalog.Drop(kOrders);
  EXPECT_EQ(Names(catalog), Lines{});
}

TEST(IndexCatalog, KeepsTheRawIndexesOfBucketsBesideTheLogicalOnes) {
  IndexCatalog catalog;
  catalog.Add(Spec({"shop", "weather"}, {R"({"key":{"m":1},"name":"m_1"})"}));
  catalog.AddIndex(kBuckets, Doc(R"({"key":{"meta.x":1},"name":"m.x_1"})").bytes());
  EXPECT_EQ(Names(catalog), (Lines{"shop.system.buckets.weather: m.x_1", "shop.weather: m_1"}));
  EXPECT_TRUE(catalog.Modify(kBuckets, Doc(R"({"name":"m_1","hidden":true})").bytes()));
  const Document which = Doc(R"({"index":"m_1"})");
  catalog.DropIndexes(kBuckets, FindElement(which.bytes(), "index").value());
  EXPECT_EQ(Names(catalog), (Lines{"shop.system.buckets.weather: m.x_1", "shop.weather:"}));
  catalog.Drop(kBuckets);
  EXPECT_EQ(Names(catalog), Lines{});
}

TEST(IndexCatalog, ChangesAttributesAsCollModDoes) {
  struct Case {
    std::string change;
    std::string index;
    std::size_t which;
  };
  const std::string a = R"({"v":{"$numberInt":"2"},"key":{"a":{"$numberInt":"1"}},"name":"a_1")";
  const std::string b = R"({"v":{"$numberInt":"2"},"key":{"b":{"$numberInt":"1"}},"name":"b_1")";
  const std::vector<Case> cases = {
      {R"({"name":"a_1","hidden":true})", a + R"(,"hidden":true})", 1},
      {R"({"keyPattern":{"b":1},"hidden":false})", b + "}", 2},
      {R"({"name":"a_1","expireAfterSeconds":5})",
       a + R"(,"expireAfterSeconds":{"$numberInt":"5"}})", 1},
      {R"({"name":"a_1","prepareUnique":true})", a + R"(,"prepareUnique":true})", 1},
      {R"({"name":"a_1","prepareUnique":true,"unique":true})", a + R"(,"unique":true})", 1},
      {R"({"name":"a_1","unique":true,"forceNonUnique":true})", a + "}", 1},
      {R"({"name":"a_1","forceNonUnique":false})", a + "}", 1},
  };
  for (const Case& one : cases) {
    IndexCatalog catalog = OfOrders();
    EXPECT_TRUE(catalog.Modify(kOrders, Doc(one.change).bytes())) << one.change;
    EXPECT_EQ(IndexJson(catalog, one.which), one.index) << one.change;
  }
}

TEST(IndexCatalog, SaysWhereThereIsNoIndexToChange) {
  IndexCatalog catalog = OfOrders();
  EXPECT_FALSE(catalog.Modify(kOrders, Doc(R"({"name":"c_1","hidden":true})").bytes()));
  EXPECT_FALSE(catalog.Modify(kOrders, Doc(R"({"hidden":true})").bytes()));
  EXPECT_FALSE(catalog.Modify({"shop", "other"}, Doc(R"({"name":"a_1"})").bytes()));
}

TEST(IndexCatalog, RefusesAnAttributeThatItDoesNotKnow) {
  IndexCatalog catalog = OfOrders();
  ExpectError([&] { (void)catalog.Modify(kOrders, Doc(R"({"name":"a_1","later\n":1})").bytes()); },
              ExitCode::kSourceChanged,
              R"(collMod changes 'later\n' of an index, which is not known)");
}

}  // namespace
}  // namespace haul
