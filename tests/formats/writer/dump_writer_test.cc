#include "formats/dump_writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "formats/dump_reader.h"
#include "formats/partial_manifest_reader.h"
#include "tests/formats/writer/written_dump.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

namespace fs = std::filesystem;
using testing::Decoded;
using testing::ManifestOf;
using testing::NamesIn;
using testing::NumberedDocument;
using testing::TestRun;
using testing::Tree;

using Names = std::vector<std::string>;

constexpr CodecChoice kNone{CodecId::kNone, 0};
constexpr CodecChoice kGzip{CodecId::kGzip, 6};
constexpr CodecChoice kZstd{CodecId::kZstd, 2};

TEST(DumpPaths, AreMongodumps) {
  const Namespace ns{"shop", "a/b c"};
  EXPECT_EQ(DumpWriter::DataPath(ns, CodecId::kNone), "shop/a%2Fb+c.bson");
  EXPECT_EQ(DumpWriter::DataPath(ns, CodecId::kGzip), "shop/a%2Fb+c.bson.gz");
  EXPECT_EQ(DumpWriter::DataPath(ns, CodecId::kZstd), "shop/a%2Fb+c.bson.zst");
  EXPECT_EQ(DumpWriter::MetadataPath(ns, CodecId::kNone), "shop/a%2Fb+c.metadata.json");
  EXPECT_EQ(DumpWriter::MetadataPath(ns, CodecId::kGzip), "shop/a%2Fb+c.metadata.json.gz");
  EXPECT_EQ(DumpWriter::MetadataPath(ns, CodecId::kZstd), "shop/a%2Fb+c.metadata.json");
  EXPECT_EQ(DumpWriter::AdminDataPath("shop", "system.users", CodecId::kGzip),
            "shop/$admin.system.users.bson.gz");
}

class DumpWriterTest : public ::testing::Test {
 protected:
  TestRun Run(CodecChoice codec, std::vector<Namespace> collections) const {
    return {.options = {.root = out_, .codec = codec}, .collections = std::move(collections)};
  }
  std::uint64_t Frames() const {
    std::uint64_t frames = 0;
    ClaimScratch scratch;
    const DumpReader dump = DumpReader::Open(out_, {});
    dump.Verify();
    for (const DumpedCollection& collection : dump.collections()) {
      if (!collection.data) continue;
      const DataFileReader file(*collection.data);
      for (std::size_t i = 0; i < file.claims().size(); ++i) file.VerifyFrame(i, scratch);
      frames += file.claims().size();
    }
    return frames;
  }
  std::optional<ExitCode> CodeOfReading() const {
    const auto error = Caught([&] { static_cast<void>(Frames()); });
    return error ? std::optional(error->code()) : std::nullopt;
  }

  TemporaryDirectory parent_;
  fs::path out_ = parent_ / "dump";
};

TEST_F(DumpWriterTest, WritesMongodumpsTreeAndAManifest) {
  Run(kNone, {{"shop", "orders"}, {"hr", "people"}}).Do();
  EXPECT_EQ(NamesIn(out_),
            (Names{"hr/people.bson", "hr/people.metadata.json", "manifest.index", "manifest.json",
                   "prelude.json", "shop/orders.bson", "shop/orders.metadata.json"}));
  EXPECT_EQ(ReadAll(out_ / "shop/orders.bson"),
            NumberedDocument(0) + NumberedDocument(1) + NumberedDocument(2));
  EXPECT_EQ(ReadAll(out_ / "prelude.json"), R"({"ServerVersion":"6.0.5","ToolVersion":"0.1.0"})");
}

TEST_F(DumpWriterTest, CompressesTextFilesInAGzipDumpOnly) {
  auto run = Run(kGzip, {{"shop", "orders"}});
  run.prelude_folder = "shop";
  run.Do();
  EXPECT_EQ(NamesIn(out_), (Names{"manifest.index", "manifest.json", "shop/orders.bson.gz",
                                  "shop/orders.metadata.json.gz", "shop/prelude.json.gz"}));
  EXPECT_EQ(Decoded(CodecId::kGzip, ReadAll(out_ / "shop/prelude.json.gz")),
            R"({"ServerVersion":"6.0.5","ToolVersion":"0.1.0"})");
  fs::remove_all(out_);
  Run(kZstd, {{"shop", "orders"}}).Do();
  EXPECT_EQ(NamesIn(out_), (Names{"manifest.json", "prelude.json", "shop/orders.bson.zst",
                                  "shop/orders.metadata.json"}));
}

TEST_F(DumpWriterTest, ListsEachFileWithItsNamespaceSizesAndHash) {
  Run(kGzip, {{"shop", "orders"}}).Do();
  const Manifest manifest = ManifestOf(out_);
  ASSERT_EQ(manifest.parts.size(), 1U);
  EXPECT_EQ(manifest.parts[0].id.size(), 32U);
  const ManifestFile* data = manifest.Find("shop/orders.bson.gz");
  ASSERT_NE(data, nullptr);
  EXPECT_EQ(data->ns, (Namespace{"shop", "orders"}));
  EXPECT_EQ(data->documents, 3U);
  EXPECT_EQ(data->plain_bytes, 3 * NumberedDocument(0).size());
  EXPECT_EQ(data->stored_bytes, fs::file_size(out_ / data->path));
  const std::string index = ReadAll(out_ / kManifestIndexName);
  ASSERT_EQ(data->index_offset, 0U);
  ASSERT_EQ(data->index_bytes, index.size());
  EXPECT_EQ(data->hash, HashToHex(Blake2b256(AsBytes(index))));
  for (const auto* path : {"shop/orders.metadata.json.gz", "prelude.json.gz"}) {
    ASSERT_NE(manifest.Find(path), nullptr) << path;
    EXPECT_EQ(manifest.Find(path)->hash, HashToHex(Blake2b256(AsBytes(ReadAll(out_ / path)))));
  }
}

TEST_F(DumpWriterTest, IsReadableInEveryCodec) {
  for (const CodecChoice codec : {kNone, kGzip, kZstd}) {
    Run(codec, {{"shop", "orders"}, {"shop", "people"}}).Do();
    EXPECT_EQ(Frames(), 2U);
    fs::remove_all(out_);
  }
}

TEST_F(DumpWriterTest, TakesManySmallCollections) {
  std::vector<Namespace> collections;
  for (int i = 0; i < 100; ++i) collections.push_back({"shop", "c" + std::to_string(i)});
  Run(kZstd, collections).Do();
  EXPECT_EQ(Frames(), 100U);
}

TEST_F(DumpWriterTest, LetsOnlyTheOwnerIn) {
  Run(kZstd, {{"shop", "orders"}}).Do();
  for (const auto* name : {"", "shop"}) {
    EXPECT_EQ(fs::status(out_ / name).permissions(), fs::perms::owner_all) << name;
  }
  for (const std::string& name : NamesIn(out_)) {
    EXPECT_EQ(fs::status(out_ / name).permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << name;
  }
}

TEST_F(DumpWriterTest, IsVisiblyIncompleteUntilItIsCommitted) {
  const auto run = Run(kZstd, {{"shop", "orders"}});
  const auto writer = run.Start();
  EXPECT_EQ(NamesIn(out_), Names{"manifest.partial"});
  run.WriteCollections(*writer);
  EXPECT_EQ(NamesIn(out_), (Names{"manifest.partial", "shop/orders.bson.zst.part",
                                  "shop/orders.metadata.json.part"}));
  run.Commit(*writer);
  EXPECT_EQ(CodeOfReading(), std::nullopt);
}

TEST_F(DumpWriterTest, StaysVisiblyIncompleteWhereItFails) {
  const auto run = Run(kZstd, {{"shop", "orders"}});
  {
    const auto writer = run.Start();
    run.WriteCollections(*writer);
  }
  EXPECT_EQ(NamesIn(out_), (Names{"manifest.partial", "shop/orders.bson.zst.part",
                                  "shop/orders.metadata.json.part"}));
  EXPECT_EQ(CodeOfReading(), ExitCode::kCorrupt);
  EXPECT_EQ(ReadPartialManifest(out_).at("shop/orders.bson.zst").size(), 1U);
}

// A process that leaves on a signal destroys nothing.
TEST_F(DumpWriterTest, RecordsEveryFrameWhenToldToFlush) {
  const auto run = Run(kZstd, {{"shop", "orders"}});
  const auto writer = run.Start();
  run.WriteCollections(*writer);
  writer->FlushJournal();
  EXPECT_EQ(ReadPartialManifest(out_).at("shop/orders.bson.zst").size(), 1U);
}

TEST_F(DumpWriterTest, WritesNoManifestWhereANameCannotBeGiven) {
  const auto run = Run(kZstd, {{"shop", "orders"}});
  const auto writer = run.Start();
  run.WriteCollections(*writer);
  WriteAllTo(out_ / "shop/orders.bson.zst", "somebody else's");
  EXPECT_EQ(Caught([&] { run.Commit(*writer); })->code(), ExitCode::kConflict);
  EXPECT_EQ(ReadAll(out_ / "shop/orders.bson.zst"), "somebody else's");
  EXPECT_FALSE(fs::exists(out_ / kManifestName));
  EXPECT_TRUE(fs::exists(out_ / kPartialManifestName));
}

TEST_F(DumpWriterTest, RefusesToCommitAFileThatIsNotFinished) {
  const auto run = Run(kZstd, {{"shop", "orders"}});
  const auto writer = run.Start();
  writer->OpenDataFile("shop/orders.bson.zst", {"shop", "orders"});
  ExpectError([&] { run.Commit(*writer); }, ExitCode::kInternal,
              "commit the dump: shop/orders.bson.zst is not finished");
}

TEST_F(DumpWriterTest, RefusesAFileThatWasNotPlanned) {
  const auto writer = Run(kZstd, {{"shop", "orders"}}).Start();
  ExpectError(
      [&] {
        writer->OpenDataFile("shop/other.bson.zst", {"shop", "other"});
      },
      ExitCode::kInternal, "write 'shop/other.bson.zst': the file was not planned");
}

TEST_F(DumpWriterTest, RefusesNamesThatLeaveTheDirectoryBeforeAnythingIsCreated) {
  EXPECT_EQ(Caught([&] { Run(kZstd, {{"..", "x"}}).Start(); })->code(), ExitCode::kUsage);
  EXPECT_EQ(Caught([&] {
              Run(kZstd, {{"a/b/../../../c", "x"}}).Start();
            })->code(),
            ExitCode::kUsage);
  EXPECT_EQ(Caught([&] {
              Run(kZstd, {{"sh\xFFop", "x"}}).Start();
            })->code(),
            ExitCode::kUnsupported);
  EXPECT_EQ(Caught([&] {
              Run(kZstd, {{"shop", "x"}, {"shop", "x"}}).Start();
            })->code(),
            ExitCode::kConflict);
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(DumpWriterTest, AddsAPartAndLeavesTheOlderOnesAsTheyAre) {
  for (const CodecChoice codec : {kNone, kZstd}) {
    Run(codec, {{"shop", "orders"}}).Do();
    const auto before = Tree(out_);
    auto second = Run(codec, {{"shop", "people"}});
    second.id = std::string(32, '2');
    second.Do();
    const Manifest manifest = ManifestOf(out_);
    ASSERT_EQ(manifest.parts.size(), 2U);
    EXPECT_EQ(manifest.parts[1].id, std::string(32, '2'));
    for (const auto& [name, content] : before) {
      if (name.starts_with("manifest.")) continue;
      EXPECT_EQ(ReadAll(out_ / name), content) << name;
    }
    EXPECT_EQ(Frames(), 2U);
    fs::remove_all(out_);
  }
}

// A crash between the two leaves the old manifest beside the new index.
TEST_F(DumpWriterTest, KeepsTheOldManifestValidWhenTheIndexHasGrown) {
  Run(kNone, {{"shop", "orders"}}).Do();
  const std::string old_manifest = ReadAll(out_ / kManifestName);
  const std::string old_index = ReadAll(out_ / kManifestIndexName);
  Run(kNone, {{"shop", "people"}}).Do();
  EXPECT_TRUE(ReadAll(out_ / kManifestIndexName).starts_with(old_index));
  fs::remove(out_ / "shop/people.bson");
  fs::remove(out_ / "shop/people.metadata.json");
  WriteAllTo(out_ / kManifestName, old_manifest);
  EXPECT_EQ(Frames(), 1U);
}

TEST_F(DumpWriterTest, WritesThroughALinkedRoot) {
  fs::create_directory(parent_ / "target");
  fs::create_directory_symlink(parent_ / "target", out_);
  Run(kZstd, {{"shop", "orders"}}).Do();
  EXPECT_TRUE(fs::exists(parent_ / "target/manifest.json"));
  EXPECT_TRUE(fs::is_symlink(out_));
}

TEST_F(DumpWriterTest, LeavesFilesThatBelongToNoDumpAlone) {
  WriteAllTo(out_ / "notes.txt", "mine");
  WriteAllTo(out_ / "logs/dump.log", "mine too");
  Run(kZstd, {{"shop", "orders"}}).Do();
  EXPECT_EQ(ReadAll(out_ / "notes.txt"), "mine");
  EXPECT_EQ(ReadAll(out_ / "logs/dump.log"), "mine too");
}

// Every bit of the data file; of the others one of each byte (their every bit: the tests of the
// manifest and of the index).
TEST_F(DumpWriterTest, NoticesAFlippedBitAnywhereInADump) {
  Run(kZstd, {{"shop", "orders"}}).Do();
  for (const std::string& name : NamesIn(out_)) {
    const std::string whole = ReadAll(out_ / name);
    const std::size_t step = name.ends_with(".zst") ? 1 : 9;
    for (std::size_t bit = 0; bit < whole.size() * 8; bit += step) {
      std::string flipped = whole;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      WriteAllTo(out_ / name, flipped);
      ASSERT_EQ(CodeOfReading(), ExitCode::kCorrupt) << name << " bit " << bit;
    }
    WriteAllTo(out_ / name, whole);
  }
  EXPECT_EQ(CodeOfReading(), std::nullopt);
}

TEST_F(DumpWriterTest, NoticesEveryCutOfEveryFileOfADump) {
  for (const CodecChoice codec : {kNone, kZstd}) {
    Run(codec, {{"shop", "orders"}}).Do();
    for (const std::string& name : NamesIn(out_)) {
      const std::string whole = ReadAll(out_ / name);
      for (std::size_t size = 0; size < whole.size(); ++size) {
        WriteAllTo(out_ / name, whole.substr(0, size));
        ASSERT_EQ(CodeOfReading(), ExitCode::kCorrupt) << name << " cut to " << size;
      }
      WriteAllTo(out_ / name, whole);
    }
    EXPECT_EQ(CodeOfReading(), std::nullopt);
    fs::remove_all(out_);
  }
}

}  // namespace
}  // namespace haul
