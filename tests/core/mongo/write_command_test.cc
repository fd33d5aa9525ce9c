#include "core/mongo/write_command.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/bson/validate.h"
#include "tests/core/mongo/json.h"

namespace haul::testing {
namespace {

using Kind = WriteCommand::Kind;

WriteCommandOptions Options() {
  WriteCommandOptions options;
  options.collection = "orders";
  return options;
}

Batch Documents(const std::vector<std::string>& jsons) {
  Batch batch;
  for (const std::string& json : jsons) batch.Append(Doc(json).bytes());
  return batch;
}

std::string Built(WriteCommand& command, Kind kind, const Batch& batch,
                  const std::vector<std::uint32_t>& indices) {
  const bson_t bson = command.Build(kind, batch, indices);
  const ByteView bytes(bson_get_data(&bson), bson.len);
  ValidateDocument(bytes);
  return ToCanonicalJson(bytes);
}

TEST(WriteCommand, InsertsTheChosenDocumentsInTheirOrder) {
  WriteCommand command(Options());
  const Batch batch = Documents({R"({"_id":1})", R"({"_id":2,"a":"x"})", R"({"_id":3})"});
  EXPECT_EQ(
      Built(command, Kind::kInsert, batch, {2, 1}),
      Same(R"({"insert":"orders","ordered":false,"documents":[{"_id":3},{"_id":2,"a":"x"}]})"));
  EXPECT_EQ(Built(command, Kind::kInsert, batch, {0}),
            Same(R"({"insert":"orders","ordered":false,"documents":[{"_id":1}]})"));
}

TEST(WriteCommand, SaysWhatIsTheSameInAllOfThem) {
  WriteCommandOptions options = Options();
  options.ordered = true;
  options.bypass_validation = true;
  options.bypass_timestamp_replacement = true;
  options.write_concern = Doc(R"({"w":"majority","j":true})");
  WriteCommand command(options);
  const Batch batch = Documents({R"({"_id":1})"});
  EXPECT_EQ(Built(command, Kind::kInsert, batch, {0}),
            Same(R"({"insert":"orders","ordered":true,"bypassDocumentValidation":true,
                     "writeConcern":{"w":"majority","j":true},"bypassEmptyTsReplacement":true,
                     "documents":[{"_id":1}]})"));
}

TEST(WriteCommand, NumbersTenThousandDocuments) {
  Batch batch;
  std::vector<std::uint32_t> indices;
  const Document document = Doc(R"({"_id":1})");
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    batch.Append(document.bytes());
    indices.push_back(i);
  }
  WriteCommand command(Options());
  const bson_t bson = command.Build(Kind::kInsert, batch, indices);
  bson_iter_t last;
  bson_iter_t root;
  ASSERT_TRUE(bson_iter_init(&root, &bson));
  EXPECT_TRUE(bson_iter_find_descendant(&root, "documents.9999", &last));
}

TEST(WriteCommand, UpsertsADocumentExactlyAndNeverOverAnother) {
  WriteCommand command(Options());
  const std::string document =
      R"({"_id":{"k":1},"$odd":1,"a.b":2,"t":{"$timestamp":{"t":0,"i":0}}})";
  EXPECT_EQ(Built(command, Kind::kExactUpsert, Documents({document}), {0}),
            Same(R"({"update":"orders","ordered":false,"updates":[{
                     "q":{"$and":[{"_id":{"$eq":{"k":1}}},{"_id":{"$exists":false}}]},
                     "u":[{"$replaceRoot":{"newRoot":{"$literal":)" +
                 document + R"(}}}],"upsert":true}]})"));
}

TEST(WriteReply, ListsWhatWasRefused) {
  const WriteReply reply =
      ParseWriteReply(Doc(R"({"n":3,"writeErrors":[{"index":1,"code":11000,"errmsg":"E11000"},
              {"index":4,"code":121,"errmsg":"no","errInfo":{}}],"ok":1})")
                          .bytes(),
                      5);
  EXPECT_EQ(reply.written, 3U);
  ASSERT_EQ(reply.errors.size(), 2U);
  EXPECT_EQ(reply.errors[0].index, 1U);
  EXPECT_EQ(reply.errors[1].code, 121);
  EXPECT_EQ(reply.errors[1].message, "no");
}

TEST(WriteReply, OfStatementsThatWereNotSentIsAnError) {
  const Document beyond = Doc(R"({"n":0,"writeErrors":[{"index":5,"code":1,"errmsg":""}]})");
  EXPECT_THROW((void)ParseWriteReply(beyond.bytes(), 5), Error);
  const Document nameless = Doc(R"({"n":0,"writeErrors":[{"code":1}]})");
  EXPECT_THROW((void)ParseWriteReply(nameless.bytes(), 5), Error);
}

}  // namespace
}  // namespace haul::testing
