#include "core/mongo/keyed_command.h"

#include <gtest/gtest.h>

#include "core/bson/validate.h"
#include "tests/core/mongo/json.h"

namespace haul::testing {
namespace {

std::string Built(KeyedMode mode, const std::string& document,
                  std::vector<std::string> paths = {"k"}) {
  WriteCommandOptions options;
  options.collection = "users";
  const KeyFields key(std::move(paths), "key");
  KeyedCommand command(options, key, mode);
  Batch batch;
  batch.Append(Doc(document).bytes());
  const std::vector<std::uint32_t> all{0};
  const bson_t bson = command.Build(batch, all);
  const ByteView bytes(bson_get_data(&bson), bson.len);
  ValidateDocument(bytes);
  return ToCanonicalJson(bytes);
}

TEST(KeyedCommand, InsertsWhereNoneIsThere) {
  EXPECT_EQ(Built(KeyedMode::kInsertIfAbsent, R"({"a":1,"k":"x"})"),
            Same(R"({"update":"users","ordered":false,"updates":[{"q":{"k":{"$eq":"x"}},
              "u":[{"$replaceRoot":{"newRoot":{"$cond":[{"$eq":[{"$type":"$_id"},"missing"]},
                {"$literal":{"a":1,"k":"x"}},"$$ROOT"]}}}],"upsert":true}]})"));
}

TEST(KeyedCommand, ComparesAnIdWithoutTakingItFromTheQuery) {
  EXPECT_EQ(Built(KeyedMode::kInsertIfAbsent, R"({"_id":3,"k":1})", {"_id", "k"}),
            Same(R"({"update":"users","ordered":false,"updates":[
              {"q":{"_id":{"$gte":3,"$lte":3},"k":{"$eq":1}},
              "u":[{"$replaceRoot":{"newRoot":{"$cond":[{"$eq":[{"$type":"$_id"},"missing"]},
                {"$literal":{"_id":3,"k":1}},"$$ROOT"]}}}],"upsert":true}]})"));
}

TEST(KeyedCommand, ReplacesByThePlainDocument) {
  EXPECT_EQ(Built(KeyedMode::kReplace, R"({"k":1,"in":{"$ref":1}})"),
            Same(R"({"update":"users","ordered":false,"updates":[{"q":{"k":{"$eq":1}},
              "u":{"k":1,"in":{"$ref":1}},"upsert":true}]})"));
}

TEST(KeyedCommand, ReplacesByALiteralWhatTheServerWouldRefuseOrChange) {
  for (const std::string document :
       {R"({"k":1,"$set":2})", R"({"k":1,"t":{"$timestamp":{"t":0,"i":0}}})"}) {
    EXPECT_EQ(Built(KeyedMode::kReplace, document),
              Same(R"({"update":"users","ordered":false,"updates":[{"q":{"k":{"$eq":1}},
                "u":[{"$replaceRoot":{"newRoot":{"$literal":)" +
                   document + R"(}}}],"upsert":true}]})"));
  }
}

TEST(KeyedCommand, MergesFieldsAsNames) {
  EXPECT_EQ(Built(KeyedMode::kMerge, R"({"k":{"n":1},"a.b":2})", {"k.n"}),
            Same(R"({"update":"users","ordered":false,"updates":[{"q":{"k.n":{"$eq":1}},
              "u":[{"$replaceRoot":{"newRoot":{"$mergeObjects":["$$ROOT",
                {"$literal":{"k":{"n":1},"a.b":2}}]}}}],"upsert":true}]})"));
}

TEST(KeyedCommand, DeletesOne) {
  EXPECT_EQ(Built(KeyedMode::kDelete, R"({"k":[1,2],"a":1})"),
            Same(R"({"delete":"users","ordered":false,"deletes":[
              {"q":{"k":{"$eq":[1,2]}},"limit":1}]})"));
}

}  // namespace
}  // namespace haul::testing
