// Dumps without a manifest: shapes, names, unfinished runs.
#include "formats/dump_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "formats/dump_name.h"
#include "formats/manifest.h"
#include "formats/partial_manifest.h"
#include "tests/conformance/test_documents.h"
#include "tests/formats/reader/dump_fixture.h"

namespace haul::testing {
namespace {

namespace fs = std::filesystem;

class ForeignDump : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  const fs::path root_ = directory_.path();
  const std::string document_ = NumberedDocument(1);
};

TEST_F(ForeignDump, IsNoDumpWhereNothingIsThere) {
  MessageOf(ExitCode::kUsage, [&] { (void)Open(root_ / "missing"); });
  MessageOf(ExitCode::kUsage, [&] { (void)Open(root_); });
  WriteFile(root_ / "notes.txt", "x");
  MessageOf(ExitCode::kUsage, [&] { (void)Open(root_ / "notes.txt"); });
}

TEST_F(ForeignDump, IsRefusedWhereItIsRootAndFolderAtOnce) {
  WriteFile(root_ / "users.bson", document_);
  WriteFile(root_ / "shop/users.bson", document_);
  const std::string message = MessageOf(ExitCode::kUsage, [&] { (void)Open(root_); });
  EXPECT_NE(message.find("both collections and folders"), std::string::npos) << message;
}

TEST_F(ForeignDump, KeepsARootWithAnOplogARoot) {
  WriteFile(root_ / "oplog.bson", document_);
  WriteFile(root_ / "shop/users.bson", document_);
  const DumpReader dump = Open(root_);
  EXPECT_EQ(Names(dump), std::vector<std::string>{"shop.users"});
  EXPECT_TRUE(dump.oplog().has_value());
}

TEST_F(ForeignDump, FollowsLinks) {
  WriteFile(root_ / "real/users.bson", document_);
  fs::create_directory(root_ / "dump");
  fs::create_directory_symlink(root_ / "real", root_ / "dump/shop");
  EXPECT_EQ(Names(Open(root_ / "dump")), std::vector<std::string>{"shop.users"});
}

TEST_F(ForeignDump, TakesTheLongNameFromItsMetadataWithPlusAndPercent) {
  const std::string name = std::string(200, 'M') + "+ 100% " + std::string(30, 'n');
  ASSERT_TRUE(IsShortenedStem(FileStem(name)));
  WriteFile(root_ / "shop" / (FileStem(name) + ".bson"), document_);
  WriteFile(root_ / "shop" / (FileStem(name) + ".metadata.json"),
            R"({"indexes":[],"collectionName":")" + name + R"(","type":"collection"})");
  EXPECT_EQ(Names(Open(root_)), std::vector<std::string>{"shop." + name});
}

TEST_F(ForeignDump, JoinsLongTimeSeriesWithTheirBuckets) {
  const std::string name(230, 't');  // short enough itself, too long with the prefix of its buckets
  WriteFile(root_ / "shop" / (FileStem("system.buckets." + name) + ".bson"), document_);
  WriteFile(root_ / "shop" / (FileStem(name) + ".metadata.json"),
            R"({"options":{"timeseries":{"timeField":"t"}},"indexes":[],"collectionName":")" +
                name + R"(","type":"timeseries"})");
  const DumpReader dump = Open(root_);
  ASSERT_EQ(Names(dump), std::vector<std::string>{"shop." + name});
  EXPECT_TRUE(dump.collections()[0].data.has_value());
}

TEST_F(ForeignDump, RefusesAShortenedNameThatNothingExplains) {
  const std::string stem = FileStem(std::string(240, 'M'));
  WriteFile(root_ / "shop" / (stem + ".bson"), document_);
  MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); });
  WriteFile(root_ / "shop" / (stem + ".metadata.json"),
            R"({"indexes":[],"collectionName":"../other"})");
  MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); });
}

TEST_F(ForeignDump, IgnoresANameInMetadataThatIsNotTheFiles) {
  WriteFile(root_ / "shop/users.bson", document_);
  WriteFile(root_ / "shop/users.metadata.json", R"({"indexes":[],"collectionName":"../x"})");
  EXPECT_EQ(Names(Open(root_)), std::vector<std::string>{"shop.users"});
}

TEST_F(ForeignDump, RefusesNamesThatNoCollectionHas) {
  for (const std::string stem : {"", "..%2Fx", "a%00b", "a%zz", "a%2"}) {
    const fs::path path = root_ / "shop" / (stem + ".bson");
    WriteFile(path, document_);
    MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); });
    fs::remove(path);
  }
}

TEST_F(ForeignDump, RefusesDamagedMetadataAndPreludes) {
  WriteFile(root_ / "shop/users.bson", document_);
  for (const std::string text : {"{", "not json", "{\"indexes\":3}", "[]"}) {
    WriteFile(root_ / "shop/users.metadata.json", text);
    MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); });
  }
  WriteFile(root_ / "shop/users.metadata.json", "");
  EXPECT_EQ(Open(root_).collections().size(), 1U);
  WriteFile(root_ / "shop/prelude.json", "{}");
  MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); });
}

TEST_F(ForeignDump, RefusesOneCollectionInTwoFiles) {
  WriteFile(root_ / "shop/users.bson", document_);
  WriteFile(root_ / "shop/users.bson.gz", Compressed(CodecId::kGzip, document_));
  EXPECT_EQ(MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); }),
            "read shop/users.bson.gz: shop/users.bson holds the same collection");
}

TEST_F(ForeignDump, RefusesADirectoryInAFilesPlace) {
  WriteFile(root_ / "shop/a.bson", document_);
  fs::create_directory(root_ / "shop/users.bson");
  EXPECT_EQ(MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); }),
            "read shop/users.bson/: is a directory, not a file");
}

TEST_F(ForeignDump, ListsTheServersUsersApart) {
  WriteFile(root_ / "admin/system.users.bson", document_);
  WriteFile(root_ / "admin/system.users.metadata.json", R"({"indexes":[]})");
  WriteFile(root_ / "admin/own.bson", document_);
  const DumpReader dump = Open(root_);
  EXPECT_EQ(Names(dump), std::vector<std::string>{"admin.own"});
  ASSERT_EQ(dump.admin_data().size(), 1U);
  EXPECT_EQ(dump.admin_data()[0].database, "admin");
}

class UnfinishedDump : public ForeignDump {
 protected:
  UnfinishedDump() {
    PartialManifest journal(root_, "00", Sync::kNone);
    std::string content;
    for (int i = 0; i < 3; ++i) {
      const std::string stored = Compressed(CodecId::kZstd, NumberedDocument(i));
      FrameEntry frame;
      frame.offset = content.size();
      frame.stored_size = static_cast<std::uint32_t>(stored.size());
      frame.plain_size = static_cast<std::uint32_t>(document_.size());
      frame.documents = 1;
      frame.hash = Blake2b256(AsBytes(i == 1 ? "another" : stored));
      lines_ += R"({"file":"shop/users.bson.zst","offset":)" + std::to_string(frame.offset) +
                R"(,"stored":)" + std::to_string(frame.stored_size) + R"(,"plain":)" +
                std::to_string(frame.plain_size) + R"(,"documents":1,"hash":")" +
                HashToHex(frame.hash) + "\"}\n";
      content += stored;
    }
    WriteFile(root_ / kPartialManifestName,
              ReadFile(root_ / kPartialManifestName) + lines_ + R"({"file":"shop/us)");
    WriteFile(root_ / "shop/users.bson.zst.part", content + "half a frame");
    WriteFile(root_ / "shop/users.metadata.json.part", R"({"indexes":[],"uuid":""})");
    WriteFile(root_ / "shop/cut.metadata.json.part", R"({"indexes":[)");
  }

  std::string lines_;
};

TEST_F(UnfinishedDump, IsRefused) {
  for (const fs::path& path : {root_, root_ / "shop"}) {
    const std::string message = MessageOf(ExitCode::kCorrupt, [&] { (void)Open(path); });
    EXPECT_NE(message.find("it is incomplete"), std::string::npos) << message;
  }
}

TEST_F(UnfinishedDump, GivesItsFinishedFramesWhereThatIsAllowed) {
  const DumpReader dump = OpenIncomplete(root_);
  EXPECT_EQ(dump.state(), DumpReader::State::kIncomplete);
  ASSERT_EQ(Names(dump), std::vector<std::string>{"shop.users"});
  EXPECT_TRUE(dump.collections()[0].has_metadata);
  EXPECT_EQ(ReadAll(*dump.collections()[0].data),
            (std::vector<std::string>{NumberedDocument(0), NumberedDocument(2)}));
  ASSERT_EQ(dump.warnings().size(), 2U);
  EXPECT_EQ(dump.warnings()[1],
            "shop/users.bson.zst.part: unfinished, 2 of 3 recorded frames are usable");
}

TEST_F(ForeignDump, WithAPartFileIsUnfinished) {
  WriteFile(root_ / "shop/users.bson.part", document_);
  WriteFile(root_ / "shop/a.bson", document_);
  MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); });
  EXPECT_EQ(Names(OpenIncomplete(root_)), std::vector<std::string>{"shop.a"});
}

}  // namespace
}  // namespace haul::testing
