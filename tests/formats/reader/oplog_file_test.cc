// oplog.bson at the root of a dump: haul's, listed by the manifest, and mongodump's.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "formats/dump_writer.h"
#include "formats/manifest.h"
#include "tests/conformance/test_documents.h"
#include "tests/formats/reader/dump_fixture.h"

namespace haul::testing {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kEntries = NumberedDocuments(7, 30);

Batch BatchOf(const std::vector<std::string>& documents) {
  Batch batch;
  for (const std::string& document : documents) batch.Append(AsBytes(document));
  return batch;
}

class OplogFile : public ::testing::TestWithParam<CodecId> {
 protected:
  /// A dump of one collection and an oplog.
  void WriteDumpWithOplog() {
    const Namespace ns{"shop", "users"};
    DumpWriter::Options options;
    options.root = root_;
    options.codec = {GetParam(), GetCodec(GetParam()).default_level};
    options.sync = Sync::kNone;
    const std::string path = DumpWriter::DataPath(ns, GetParam());
    const auto writer = DumpWriter::Create(options, {path, DumpWriter::OplogPath(GetParam())});
    const auto encoder = writer->NewEncoder();
    for (DataFileWriter* file : {&writer->OpenDataFile(path, ns), &writer->OpenOplog()}) {
      const auto sink = file->NewSink(*encoder);
      sink->Write(BatchOf(kEntries));
      sink->Finish();
      file->Finish();
    }
    ManifestPart part;
    part.consistency = "oplog";
    part.oplog_start = "7:1";
    part.oplog_end = "9:2";
    writer->Commit(std::move(part), "");
  }

  TemporaryDirectory directory_;
  const fs::path root_ = directory_.path() / "dump";
};

INSTANTIATE_TEST_SUITE_P(Codec, OplogFile,
                         ::testing::Values(CodecId::kNone, CodecId::kGzip, CodecId::kZstd),
                         [](const auto& made) { return std::string(GetCodec(made.param).name); });

TEST_P(OplogFile, IsPartOfTheDumpThatListsIt) {
  WriteDumpWithOplog();
  const DumpReader dump = Open(root_);
  dump.Verify();
  EXPECT_EQ(dump.state(), DumpReader::State::kComplete);
  EXPECT_EQ(Names(dump), std::vector<std::string>{"shop.users"});
  EXPECT_TRUE(dump.warnings().empty());
  ASSERT_TRUE(dump.oplog().has_value());
  EXPECT_EQ(dump.oplog()->documents, kEntries.size());
  EXPECT_EQ(ReadAll(*dump.oplog()), kEntries);
  EXPECT_EQ(dump.manifest()->parts.front().oplog_end, "9:2");
}

TEST_P(OplogFile, HasTheNameThatMongodumpGivesIt) {
  WriteDumpWithOplog();
  EXPECT_EQ(fs::exists(root_ / "oplog.bson"), GetParam() != CodecId::kZstd);
  EXPECT_EQ(fs::exists(root_ / "oplog.bson.zst"), GetParam() == CodecId::kZstd);
}

TEST_P(OplogFile, IsNotOfOneDatabasesFolder) {
  WriteDumpWithOplog();
  EXPECT_FALSE(Open(root_ / "shop").oplog().has_value());
}

TEST_P(OplogFile, IsRefusedWhereItsLengthOrAByteIsAnother) {
  WriteDumpWithOplog();
  const fs::path path = root_ / DumpWriter::OplogPath(GetParam());
  const std::string content = ReadFile(path);
  WriteFile(path, content.substr(0, content.size() - 1));
  MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); });
  for (std::size_t at = 0; at < content.size(); ++at) {
    std::string changed = content;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    WriteFile(path, changed);
    MessageOf(ExitCode::kCorrupt, [&] {
      const DumpReader dump = Open(root_);
      const DataFileReader reader(*dump.oplog());
      Batch batch;
      ClaimScratch scratch;
      reader.ReadClaim(0, batch, scratch);
    });
  }
}

TEST_P(OplogFile, IsTakenFromADumpWithoutAManifest) {
  WriteFile(root_ / "shop/users.bson", NumberedDocument(1));
  WriteFile(root_ / "oplog.bson", Compressed(GetParam(), Concatenated(kEntries)));
  const DumpReader dump = Open(root_);
  EXPECT_EQ(Names(dump), std::vector<std::string>{"shop.users"});
  ASSERT_TRUE(dump.oplog().has_value());
  EXPECT_EQ(ReadAll(*dump.oplog()), kEntries) << "whatever its name says of its bytes";
  EXPECT_TRUE(dump.warnings().empty());
}

TEST(OplogFile, IsRefusedWhereThereAreTwo) {
  const TemporaryDirectory directory;
  WriteFile(directory.path() / "shop/users.bson", NumberedDocument(1));
  WriteFile(directory.path() / "oplog.bson", NumberedDocument(1));
  WriteFile(directory.path() / "oplog.bson.gz", Compressed(CodecId::kGzip, NumberedDocument(1)));
  EXPECT_EQ(MessageOf(ExitCode::kCorrupt, [&] { (void)Open(directory.path()); }),
            "read oplog.bson.gz: oplog.bson holds an oplog too");
}

TEST(OplogFile, OfAnUnfinishedRunIsPassedOver) {
  const TemporaryDirectory directory;
  WriteFile(directory.path() / "shop/users.bson", NumberedDocument(1));
  WriteFile(directory.path() / "oplog.bson.part", NumberedDocument(1));
  const DumpReader dump = OpenIncomplete(directory.path());
  EXPECT_FALSE(dump.oplog().has_value());
  EXPECT_EQ(dump.notes(),
            std::vector<std::string>{
                "oplog.bson.part: passed over, an oplog without its end cannot be replayed"});
}

TEST(OplogFile, UnderAnotherNameThanItsOwnIsRefused) {
  const TemporaryDirectory directory;
  ManifestFile file;
  file.path = "shop/oplog.bson";
  file.role = ManifestFile::Role::kOplog;
  file.hash = std::string(64, 'a');
  Manifest manifest;
  manifest.parts.emplace_back().files.push_back(file);
  WriteFile(directory.path() / "manifest.json", ToJson(manifest));
  EXPECT_EQ(MessageOf(ExitCode::kCorrupt, [&] { (void)Open(directory.path()); }),
            "read shop/oplog.bson: the manifest lists it as what its name does not say");
}

}  // namespace
}  // namespace haul::testing
