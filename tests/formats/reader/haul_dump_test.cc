// Dumps with a manifest: what is promised about them, and what damage is found.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "formats/manifest.h"
#include "tests/conformance/test_documents.h"
#include "tests/formats/reader/dump_fixture.h"

namespace haul::testing {
namespace {

namespace fs = std::filesystem;

class HaulDump : public ::testing::TestWithParam<CodecId> {
 protected:
  HaulDump() {
    WriteDump(root_, GetParam(),
              {{"shop.users", {NumberedDocuments(5, 20), NumberedDocuments(3, 20)}},
               {"shop.empty", {}},
               {"log.a b", {NumberedDocuments(2)}}});
  }
  [[nodiscard]] fs::path Data(const std::string& stem) const {
    return root_ / (stem + ".bson" + std::string(GetCodec(GetParam()).extension));
  }

  TemporaryDirectory directory_;
  const fs::path root_ = directory_.path() / "dump";
};

INSTANTIATE_TEST_SUITE_P(Codec, HaulDump,
                         ::testing::Values(CodecId::kNone, CodecId::kGzip, CodecId::kZstd),
                         [](const auto& made) { return std::string(GetCodec(made.param).name); });

TEST_P(HaulDump, IsReadInClaims) {
  const DumpReader dump = Open(root_);
  dump.Verify();
  EXPECT_EQ(dump.state(), DumpReader::State::kComplete);
  EXPECT_EQ(Names(dump), (std::vector<std::string>{"log.a b", "shop.empty", "shop.users"}));
  const DataFile& users = *Find(dump, "shop.users").data;
  EXPECT_EQ(users.documents, 8U);
  const DataFileReader reader(users);
  ASSERT_EQ(reader.claims().size(), 2U);
  ClaimScratch scratch;
  Batch batch;
  reader.ReadClaim(1, batch, scratch);
  EXPECT_EQ(DocumentsOf(batch), NumberedDocuments(3, 20));
  EXPECT_TRUE(ReadAll(*Find(dump, "shop.empty").data).empty());
}

TEST_P(HaulDump, IsRecognisedFromAFolderAndAFile) {
  for (const fs::path& path : {root_ / "shop", Data("shop/users")}) {
    const DumpReader dump = Open(path);
    EXPECT_EQ(dump.state(), DumpReader::State::kComplete) << path;
    EXPECT_EQ(Find(dump, "shop.users").data->documents, 8U);
    EXPECT_EQ(dump.ServerVersion("shop"), "6.0.5");
  }
}

TEST_P(HaulDump, IsRefusedWhereAnyBitIsFlipped) {
  int flipped = 0;
  for (const fs::path& path : FilesBelow(root_)) {
    const std::string content = ReadFile(path);
    const std::size_t step = std::max<std::size_t>(1, content.size() / 60);
    for (std::size_t at = 0; at < content.size(); at += step) {
      std::string changed = content;
      changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
      WriteFile(path, changed);
      MessageOf(ExitCode::kCorrupt, [&] { ReadWhole(root_); });
      ++flipped;
    }
    WriteFile(path, content);
  }
  EXPECT_GT(flipped, 200);
  ReadWhole(root_);
}

TEST_P(HaulDump, IsRefusedWhereAnyFileIsCutOrGone) {
  for (const fs::path& path : FilesBelow(root_)) {
    const std::string content = ReadFile(path);
    for (const std::size_t size : {content.size() / 2, content.size() - 1, std::size_t{0}}) {
      if (size >= content.size()) continue;
      WriteFile(path, content.substr(0, size));
      MessageOf(ExitCode::kCorrupt, [&] { ReadWhole(root_); });
    }
    if (path.filename() != kManifestName) {
      fs::remove(path);
      MessageOf(ExitCode::kCorrupt, [&] { ReadWhole(root_); });
    }
    WriteFile(path, content);
  }
}

TEST_P(HaulDump, FindsAChangedFrameBeforeItsDocumentsAreUsed) {
  std::string content = ReadFile(Data("shop/users"));
  content[10] = static_cast<char>(content[10] ^ 1);
  WriteFile(Data("shop/users"), content);
  const DumpReader dump = Open(root_);
  dump.Verify();
  const DataFileReader reader(*Find(dump, "shop.users").data);
  ClaimScratch scratch;
  EXPECT_EQ(MessageOf(ExitCode::kCorrupt, [&] { reader.VerifyFrame(0, scratch); }),
            "read " + reader.file().name +
                ": the frame at byte 0: its bytes were changed, the hash does not match");
  reader.VerifyFrame(1, scratch);
}

TEST_P(HaulDump, RefusesADataFileThatTheManifestDoesNotList) {
  WriteFile(root_ / "shop/new.bson", NumberedDocument(1));
  EXPECT_EQ(MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); }),
            "read shop/new.bson: the manifest does not list it");
}

TEST_P(HaulDump, PassesOverStrangeFilesWithANote) {
  WriteFile(root_ / "shop/README", "hello");
  const DumpReader dump = Open(root_);
  EXPECT_EQ(dump.notes(),
            std::vector<std::string>{"shop/README: passed over, not a file of a dump"});
}

TEST_P(HaulDump, HoldsWhereALaterRunDidNotFinish) {
  WriteFile(root_ / kPartialManifestName, "{\"haulPartial\":1,\"part\":\"00\"}\n");
  WriteFile(root_ / "shop/more.bson.zst.part", "half");
  WriteFile(root_ / "shop/more2.bson", NumberedDocument(1));
  const DumpReader dump = Open(root_);
  EXPECT_EQ(dump.state(), DumpReader::State::kComplete);
  EXPECT_EQ(dump.collections().size(), 3U);
  ASSERT_EQ(dump.warnings().size(), 1U);
  EXPECT_NE(dump.warnings()[0].find("shop/more2.bson, shop/more.bson.zst.part"), std::string::npos)
      << dump.warnings()[0];
}

TEST_P(HaulDump, RefusesALinkOutOfTheDump) {
  const fs::path outside = directory_.path() / "outside";
  fs::rename(Data("shop/users"), outside);
  fs::create_symlink(outside, Data("shop/users"));
  const std::string message = MessageOf(ExitCode::kCorrupt, [&] { (void)Open(root_); });
  EXPECT_NE(message.find("a symbolic link leads out of the dump"), std::string::npos) << message;
}

TEST_P(HaulDump, LooksOnlyAtWhatIsSelected) {
  fs::remove(Data("shop/users"));
  DumpReader::Options options;
  options.selects = [](const Namespace& ns) { return ns.database == "log"; };
  EXPECT_EQ(Names(DumpReader::Open(root_, options)), std::vector<std::string>{"log.a b"});
}

TEST(HaulDumpFile, WorksInClaimsWhereItIsCopiedAway) {
  const TemporaryDirectory directory;
  WriteDump(directory.path() / "dump", CodecId::kZstd, {{"shop.users", {NumberedDocuments(4)}}});
  fs::create_directory(directory.path() / "elsewhere");
  const fs::path copy = directory.path() / "elsewhere/users.bson.zst";
  fs::copy(directory.path() / "dump/shop/users.bson.zst", copy);
  const DumpReader dump = Open(copy);
  EXPECT_EQ(dump.state(), DumpReader::State::kForeign);
  const DataFileReader reader(*Find(dump, "elsewhere.users").data);
  EXPECT_TRUE(reader.indexed());
  EXPECT_EQ(reader.documents(), 4U);
}

TEST(HaulDumpManifest, RefusesNamesThatLeaveTheDump) {
  for (const std::string path : {"../x/users.bson", "shop/../../users.bson", "/shop/users.bson"}) {
    const TemporaryDirectory directory;
    Manifest manifest;
    ManifestFile file;
    file.path = path;
    file.ns = {"shop", "users"};
    file.hash = std::string(64, '0');
    manifest.parts.emplace_back().files.push_back(file);
    WriteFile(directory.path() / kManifestName, ToJson(manifest));
    MessageOf(ExitCode::kCorrupt, [&] { (void)Open(directory.path()); });
  }
}

}  // namespace
}  // namespace haul::testing
