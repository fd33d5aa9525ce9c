#include <gtest/gtest.h>
#include <sys/stat.h>

#include "formats/dump_reader.h"
#include "formats/dump_writer.h"
#include "tests/formats/writer/written_dump.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

namespace fs = std::filesystem;
using testing::ManifestOf;
using testing::NamesIn;
using testing::TestRun;
using testing::Tree;

using Names = std::vector<std::string>;

constexpr CodecChoice kNone{CodecId::kNone, 0};
constexpr CodecChoice kZstd{CodecId::kZstd, 2};

class DumpOverwriteTest : public ::testing::Test {
 protected:
  TestRun Run(std::vector<Namespace> collections, CodecChoice codec = kZstd) const {
    return {.options = {.root = out_, .codec = codec}, .collections = std::move(collections)};
  }
  TestRun Overwriting(std::vector<Namespace> collections, CodecChoice codec = kZstd) const {
    TestRun run = Run(std::move(collections), codec);
    run.options.overwrite = true;
    return run;
  }
  void Fail(const TestRun& run) const {
    const auto writer = run.Start();
    run.WriteCollections(*writer);
  }
  void ExpectConflict(const TestRun& run, const std::string& cause) const {
    const auto before = Tree(parent_.path());
    ExpectError([&] { run.Start(); }, ExitCode::kConflict,
                "write into " + fs::canonical(out_).native() + ": " + cause);
    EXPECT_EQ(Tree(parent_.path()), before);
  }
  std::map<Namespace, std::uint64_t> Documents() const {
    std::map<Namespace, std::uint64_t> documents;
    const DumpReader dump = DumpReader::Open(out_, {});
    dump.Verify();
    for (const DumpedCollection& collection : dump.collections()) {
      documents[collection.spec.ns] = DataFileReader(collection.data.value()).documents().value();
    }
    return documents;
  }
  Names NamesBeside() const {
    Names names;
    for (const auto& entry : fs::directory_iterator(parent_.path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  TemporaryDirectory parent_;
  fs::path out_ = parent_ / "dump";
};

TEST_F(DumpOverwriteTest, IsNeededWhereACollectionIsAlreadyThere) {
  Run({{"shop", "orders"}}).Do();
  ExpectConflict(Run({{"shop", "orders"}}), "'shop/orders.bson.zst' is already there");
}

TEST_F(DumpOverwriteTest, IsNeededAlsoWhereTheCollectionIsThereInAnotherCodec) {
  Run({{"shop", "orders"}}).Do();
  ExpectConflict(Run({{"shop", "orders"}}, kNone), "'shop/orders.bson.zst' is already there");
}

TEST_F(DumpOverwriteTest, IsNeededAfterARunThatFailed) {
  Fail(Run({{"shop", "orders"}}));
  ExpectConflict(Run({{"shop", "people"}}), "an unfinished run is there");
  Overwriting({{"shop", "people"}}).Do();
  EXPECT_EQ(NamesIn(out_), (Names{"manifest.json", "prelude.json", "shop/people.bson.zst",
                                  "shop/people.metadata.json"}));
}

TEST_F(DumpOverwriteTest, ReplacesTheSameCollectionsAndCarriesTheOthersOver) {
  for (const CodecChoice codec : {kNone, kZstd}) {
    auto first = Run({{"shop", "a"}, {"shop", "b"}, {"hr", "c"}}, codec);
    first.id = std::string(32, '1');
    first.Do();
    auto second = Overwriting({{"shop", "b"}}, codec);
    second.documents = 50;
    second.id = std::string(32, '2');
    second.Do();
    EXPECT_EQ(Documents(), (std::map<Namespace, std::uint64_t>{
                               {{"hr", "c"}, 3}, {{"shop", "a"}, 3}, {{"shop", "b"}, 50}}));
    const Manifest manifest = ManifestOf(out_);
    ASSERT_EQ(manifest.parts.size(), 2U);
    EXPECT_EQ(manifest.parts[0].id, std::string(32, '1'));
    EXPECT_EQ(manifest.parts[0].files.size(), 5U);
    EXPECT_EQ(NamesBeside(), Names{"dump"});
    fs::remove_all(out_);
  }
}

TEST_F(DumpOverwriteTest, LetsTheIndexNotGrowNightAfterNight) {
  Run({{"shop", "a"}, {"shop", "b"}}, kNone).Do();
  const auto size = fs::file_size(out_ / kManifestIndexName);
  for (int night = 0; night < 3; ++night) Overwriting({{"shop", "b"}}, kNone).Do();
  EXPECT_EQ(fs::file_size(out_ / kManifestIndexName), size);
  EXPECT_EQ(Documents().size(), 2U);
}

TEST_F(DumpOverwriteTest, ForgetsAPartOfWhichNothingIsLeft) {
  Run({{"shop", "a"}}).Do();
  Overwriting({{"shop", "a"}}, kNone).Do();
  EXPECT_EQ(ManifestOf(out_).parts.size(), 1U);
  EXPECT_EQ(NamesIn(out_), (Names{"manifest.index", "manifest.json", "prelude.json", "shop/a.bson",
                                  "shop/a.metadata.json"}));
}

TEST_F(DumpOverwriteTest, LeavesTheOldDumpValidUntilItCommits) {
  Run({{"shop", "a"}}).Do();
  const auto before = Tree(out_);
  const auto run = Overwriting({{"shop", "a"}});
  const auto writer = run.Start();
  run.WriteCollections(*writer);
  EXPECT_EQ(Tree(out_), before);
  EXPECT_EQ(Documents().size(), 1U);
  run.Commit(*writer);
  EXPECT_EQ(NamesBeside(), Names{"dump"});
}

TEST_F(DumpOverwriteTest, LeavesTheOldDumpAndNothingElseWhereItFails) {
  Run({{"shop", "a"}}).Do();
  const auto before = Tree(parent_.path());
  Fail(Overwriting({{"shop", "a"}}));
  EXPECT_EQ(Tree(parent_.path()), before);
  EXPECT_EQ(NamesBeside(), Names{"dump"});
}

TEST_F(DumpOverwriteTest, OnlyAddsWhereNothingIsInTheWay) {
  Run({{"shop", "a"}}).Do();
  struct stat before {};
  ASSERT_EQ(stat(out_.c_str(), &before), 0);
  Overwriting({{"shop", "b"}}).Do();
  struct stat after {};
  ASSERT_EQ(stat(out_.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(Documents().size(), 2U);
}

TEST_F(DumpOverwriteTest, CleansUpAfterAnAdditionThatFailed) {
  Run({{"shop", "a"}}, kNone).Do();
  Fail(Run({{"shop", "b"}}, kNone));
  ExpectConflict(Run({{"shop", "c"}}, kNone), "an unfinished run is there");
  Overwriting({{"shop", "c"}}, kNone).Do();
  EXPECT_EQ(Documents(),
            (std::map<Namespace, std::uint64_t>{{{"shop", "a"}, 3}, {{"shop", "c"}, 3}}));
  EXPECT_EQ(NamesIn(out_), (Names{"manifest.index", "manifest.json", "prelude.json", "shop/a.bson",
                                  "shop/a.metadata.json", "shop/c.bson", "shop/c.metadata.json"}));
}

// The journal is removed after the manifest is durable; a crash in between loses nothing.
TEST_F(DumpOverwriteTest, IsNotNeededAfterACrashBehindTheCommit) {
  auto run = Run({{"shop", "a"}});
  run.id = std::string(32, 'e');
  run.Do();
  WriteAllTo(out_ / kPartialManifestName,
             "{\"haulPartial\":1,\"part\":\"" + run.id + "\"}\n{\"file\":\"shop/a\"}\n");
  Run({{"shop", "b"}}).Do();
  EXPECT_EQ(Documents().size(), 2U);
  EXPECT_FALSE(fs::exists(out_ / kPartialManifestName));
}

TEST_F(DumpOverwriteTest, KeepsFilesThatBelongToNoDump) {
  Run({{"shop", "a"}, {"hr", "b"}}).Do();
  WriteAllTo(out_ / "notes.txt", "mine");
  WriteAllTo(out_ / "logs/old/dump.log", "mine");
  WriteAllTo(out_ / "shop/readme", "mine");
  fs::create_symlink("nowhere", out_ / "link");
  Overwriting({{"shop", "a"}, {"hr", "b"}}).Do();
  EXPECT_EQ(ReadAll(out_ / "notes.txt"), "mine");
  EXPECT_EQ(ReadAll(out_ / "logs/old/dump.log"), "mine");
  EXPECT_EQ(ReadAll(out_ / "shop/readme"), "mine");
  EXPECT_TRUE(fs::is_symlink(out_ / "link"));
  EXPECT_EQ(NamesBeside(), Names{"dump"});
}

// A log that the run itself is redirected into.
TEST_F(DumpOverwriteTest, KeepsFilesThatAppearWhileItRuns) {
  Run({{"shop", "a"}}).Do();
  const auto run = Overwriting({{"shop", "a"}});
  const auto writer = run.Start();
  run.WriteCollections(*writer);
  WriteAllTo(out_ / "shop/late.bson", "another tool's");
  run.Commit(*writer);
  EXPECT_EQ(ReadAll(out_ / "shop/late.bson"), "another tool's");
}

TEST_F(DumpOverwriteTest, RefusesADumpOfAnotherToolUnlessAllOfItIsReplaced) {
  WriteAllTo(out_ / "shop/a.bson", "");
  WriteAllTo(out_ / "shop/a.metadata.json", "{}");
  WriteAllTo(out_ / "shop/b.bson.gz", "");
  WriteAllTo(out_ / "prelude.json", "{}");
  ExpectConflict(Run({{"shop", "c"}}), "'prelude.json' is there, which no manifest lists");
  ExpectConflict(
      Overwriting({{"shop", "a"}}),
      "'shop/b.bson.gz' is there, which no manifest lists and this run does not replace");
  Overwriting({{"shop", "a"}, {"shop", "b"}}).Do();
  EXPECT_EQ(NamesIn(out_),
            (Names{"manifest.json", "prelude.json", "shop/a.bson.zst", "shop/a.metadata.json",
                   "shop/b.bson.zst", "shop/b.metadata.json"}));
}

TEST_F(DumpOverwriteTest, RefusesAFileThatTheManifestDoesNotList) {
  Run({{"shop", "a"}}).Do();
  WriteAllTo(out_ / "shop/stray.bson", "");
  ExpectConflict(Run({{"shop", "b"}}), "'shop/stray.bson' is there, which no manifest lists");
  ExpectConflict(
      Overwriting({{"shop", "a"}}),
      "'shop/stray.bson' is there, which no manifest lists and this run does not replace");
}

TEST_F(DumpOverwriteTest, ReplacesTheBucketsTogetherWithTheirTimeSeries) {
  const Namespace buckets{"iot", "system.buckets.weather"};
  const Namespace weather{"iot", "weather"};
  WriteAllTo(out_ / DumpWriter::DataPath(buckets, CodecId::kNone), "");
  WriteAllTo(out_ / DumpWriter::MetadataPath(weather, CodecId::kNone), "{}");
  Overwriting({weather}).Do();
  EXPECT_EQ(NamesIn(out_), (Names{"iot/weather.bson.zst", "iot/weather.metadata.json",
                                  "manifest.json", "prelude.json"}));
}

TEST_F(DumpOverwriteTest, RefusesWhatIsNoDirectory) {
  WriteAllTo(out_, "a file");
  ExpectConflict(Run({{"shop", "a"}}), "it is not a directory");
}

TEST_F(DumpOverwriteTest, RefusesAFolderThatIsALink) {
  fs::create_directories(out_);
  fs::create_directory(parent_ / "elsewhere");
  fs::create_directory_symlink(parent_ / "elsewhere", out_ / "shop");
  ExpectConflict(Run({{"shop", "a"}}), "the folder 'shop' is a link");
  ExpectConflict(Overwriting({{"shop", "a"}}), "the folder 'shop' is a link");
}

TEST_F(DumpOverwriteTest, RefusesADamagedManifest) {
  Run({{"shop", "a"}}).Do();
  WriteAllTo(out_ / kManifestName, ReadAll(out_ / kManifestName) + "x");
  for (const auto& run : {Run({{"shop", "b"}}), Overwriting({{"shop", "a"}})}) {
    EXPECT_EQ(Caught([&] { run.Start(); })->code(), ExitCode::kCorrupt);
  }
}

TEST_F(DumpOverwriteTest, KeepsOutWhereAnotherRunIsWriting) {
  const auto run = Run({{"shop", "a"}});
  const auto alive = run.Start();
  for (const auto& second : {Run({{"shop", "b"}}), Overwriting({{"shop", "b"}})}) {
    ExpectError([&] { second.Start(); }, ExitCode::kLocked,
                "lock " + fs::canonical(out_).native() + ": another run is writing here");
  }
}

TEST_F(DumpOverwriteTest, RemovesWhatAKilledRunLeftBesideTheDump) {
  Run({{"shop", "a"}}).Do();
  WriteAllTo(parent_ / ".dump.haul-0badcafe/manifest.partial", "");
  WriteAllTo(parent_ / ".dump.haul-0badcafe/shop/a.bson.zst.part", "");
  WriteAllTo(parent_ / ".dump.haul-00000000/manifest.json", "whole, so it may be wanted");
  Overwriting({{"shop", "a"}}).Do();
  EXPECT_FALSE(fs::exists(parent_ / ".dump.haul-0badcafe"));
  EXPECT_TRUE(fs::exists(parent_ / ".dump.haul-00000000"));
}

TEST_F(DumpOverwriteTest, ReplacesTheTargetOfALinkedRoot) {
  fs::create_directory(parent_ / "target");
  fs::create_directory_symlink("target", out_);
  Run({{"shop", "a"}}).Do();
  Overwriting({{"shop", "a"}}, kNone).Do();
  EXPECT_TRUE(fs::is_symlink(out_));
  EXPECT_TRUE(fs::exists(parent_ / "target/shop/a.bson"));
}

TEST_F(DumpOverwriteTest, KeepsThePermissionsOfTheDirectory) {
  Run({{"shop", "a"}}).Do();
  fs::permissions(out_, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
  Overwriting({{"shop", "a"}}).Do();
  EXPECT_EQ(fs::status(out_).permissions(),
            fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
}

}  // namespace
}  // namespace haul
