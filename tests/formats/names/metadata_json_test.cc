#include "formats/metadata_json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

const Namespace kOrders{"shop", "orders"};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

CollectionSpec Parse(std::string_view text) { return ParseMetadataJson(text, kOrders); }

TEST(MetadataJson, ReproducesEveryFileOfMongodumpByteForByte) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(HAUL_GOLDEN_DIR) / "metadata")) {
    const std::string text = ReadFile(entry.path());
    EXPECT_EQ(ToMetadataJson(Parse(text)), text) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 10);
}

TEST(MetadataJson, WritesItsKeysInMongodumpsOrderAndLeavesOutWhatIsUnknown) {
  CollectionSpec spec;
  spec.ns = {"shop", "line\nbreak"};
  EXPECT_EQ(ToMetadataJson(spec),
            R"({"indexes":[],"collectionName":"line\nbreak","type":"collection"})");
  spec.options = ParseExtendedJson(R"({"capped":true,"size":4096.0})", "options");
  spec.indexes.push_back(ParseExtendedJson(R"({"v":2,"key":{"_id":1},"name":"_id_"})", "index"));
  spec.uuid = "9de90000000000000000000000000d95";
  EXPECT_EQ(
      ToMetadataJson(spec),
      R"({"options":{"capped":true,"size":{"$numberDouble":"4096.0"}},)"
      R"("indexes":[{"v":{"$numberInt":"2"},"key":{"_id":{"$numberInt":"1"}},"name":"_id_"}],)"
      R"("uuid":"9de90000000000000000000000000d95","collectionName":"line\nbreak",)"
      R"("type":"collection"})");
}

TEST(MetadataJson, TakesAnEmptyTextForAPlainCollection) {
  const CollectionSpec spec = Parse("");
  EXPECT_EQ(spec.ns, kOrders);
  EXPECT_EQ(spec.type, CollectionType::kCollection);
  EXPECT_TRUE(spec.indexes.empty());
}

TEST(MetadataJson, TakesTheCollectionFromTheTextAndTheDatabaseFromOutside) {
  EXPECT_EQ(Parse(R"({"collectionName":"a%2F+b"})").ns, (Namespace{"shop", "a%2F+b"}));
  EXPECT_EQ(Parse(R"({"indexes":[]})").ns, kOrders);
}

TEST(MetadataJson, TellsTheTypeFromTheOptions) {
  EXPECT_EQ(Parse(R"({"options":{"timeseries":{"timeField":"t"}},"type":"collection"})").type,
            CollectionType::kTimeSeries);
  EXPECT_EQ(Parse(R"({"options":{"viewOn":"users","pipeline":[]}})").type, CollectionType::kView);
  EXPECT_EQ(Parse(R"({"type":"view"})").type, CollectionType::kCollection);
}

TEST(MetadataJson, ReadsRelaxedNumbersAndIgnoresUnknownKeys) {
  const CollectionSpec spec = Parse(R"({"new":[1],"options":{"capped":true,"size":4096}})");
  EXPECT_EQ(ToCanonicalJson(spec.options.bytes()),
            R"({"capped":true,"size":{"$numberInt":"4096"}})");
}

TEST(MetadataJson, RefusesWhatIsNotMetadata) {
  const auto refuse = [](std::string_view text, const std::string& cause) {
    ExpectError([&] { Parse(text); }, ExitCode::kCorrupt,
                "read the metadata of shop.orders: " + cause);
  };
  refuse("garbage", "parse it as Extended JSON: a document begins with '{' (at byte 0)");
  refuse(R"({"options":)",
         "parse it as Extended JSON: the text ends in the middle of the document (at byte 11)");
  refuse(R"({"options":[]})", "'options' is not an object");
  refuse(R"({"indexes":{}})", "'indexes' is not an array");
  refuse(R"({"indexes":[1]})", "an index is not an object");
  refuse(R"({"indexes":[{"name":"a"}]})", "an index has no key");
  refuse(R"({"indexes":[{"name":"a","key":7}]})", "an index has no key");
  refuse(R"({"collectionName":1})", "'collectionName' is not a string");
  refuse(R"({"uuid":"xyz"})", "'uuid' is not 32 lower-case hex digits");
}

}  // namespace
}  // namespace haul
