#include <gtest/gtest.h>

#include "core/mongo/catalog_writer.h"
#include "tests/core/mongo/json.h"

namespace haul::testing {
namespace {

CollectionSpec Spec(CollectionType type, std::string_view options) {
  CollectionSpec spec;
  spec.ns = {"shop", "orders"};
  spec.type = type;
  spec.options = Doc(options);
  return spec;
}

std::string Create(const CollectionSpec& spec, CreateOptions options = {}) {
  return Json(CreateCommand(spec, options));
}

TEST(CreateCommand, TakesOptionsVerbatimAndInOrder) {
  EXPECT_EQ(
      Create(Spec(CollectionType::kCollection,
                  R"({"validationLevel":"strict","validator":{"b":1,"a":1},"capped":true})")),
      Same(
          R"({"create":"orders","validationLevel":"strict","validator":{"b":1,"a":1},"capped":true})"));
}

TEST(CreateCommand, LeavesOutWhatATargetSetsByItself) {
  EXPECT_EQ(Create(Spec(CollectionType::kCollection,
                        R"({"autoIndexId":false,"size":1,"recordIdsReplicated":true})")),
            Same(R"({"create":"orders","size":1})"));
}

TEST(CreateCommand, KeepsACollectionOfLocalWithoutIndexOnId) {
  auto spec = Spec(CollectionType::kCollection, R"({"autoIndexId":false})");
  spec.ns.database = "local";
  EXPECT_EQ(Create(spec), Same(R"({"create":"orders","autoIndexId":false})"));
  spec.indexes.push_back(Doc(R"({"v":2,"key":{"_id":1},"name":"_id_"})"));
  EXPECT_EQ(Create(spec), Same(R"({"create":"orders","idIndex":{"key":{"_id":1},"name":"_id_"}})"));
}

TEST(CreateCommand, SaysHowTheIndexOnIdIs) {
  auto spec = Spec(CollectionType::kCollection, R"({"collation":{"locale":"de"}})");
  spec.indexes.push_back(
      Doc(R"({"v":2,"key":{"_id":1},"name":"_id_","collation":{"locale":"de"}})"));
  EXPECT_EQ(Create(spec), Same(R"({"create":"orders","collation":{"locale":"de"},
                     "idIndex":{"key":{"_id":1},"name":"_id_","collation":{"locale":"de"}}})"));
}

TEST(CreateCommand, HasNoIdIndexForClusteredCollections) {
  auto spec =
      Spec(CollectionType::kCollection, R"({"clusteredIndex":{"key":{"_id":1},"unique":true}})");
  spec.indexes.push_back(Doc(R"({"v":2,"key":{"_id":1},"name":"x","clustered":true})"));
  EXPECT_EQ(Create(spec),
            Same(R"({"create":"orders","clusteredIndex":{"key":{"_id":1},"unique":true}})"));
}

TEST(CreateCommand, WithoutOptionsIsAPlainCollectionButAViewStaysAView) {
  CreateOptions options;
  options.with_options = false;
  auto plain = Spec(CollectionType::kCollection, R"({"capped":true,"size":4096})");
  plain.indexes.push_back(Doc(R"({"v":2,"key":{"_id":1},"name":"_id_"})"));
  EXPECT_EQ(Json(CreateCommand(plain, options)), Same(R"({"create":"orders"})"));
  const auto view = Spec(CollectionType::kView, R"({"viewOn":"a","pipeline":[]})");
  EXPECT_EQ(Json(CreateCommand(view, options)),
            Same(R"({"create":"orders","viewOn":"a","pipeline":[]})"));
}

}  // namespace
}  // namespace haul::testing
