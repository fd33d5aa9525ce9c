#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/storage/local.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_directory.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

TEST(WriteFileAtomically, ReplacesTheFileAndLeavesNothingElse) {
  const TemporaryDirectory root;
  WriteFileAtomically(root / "manifest.json", "old", Sync::kDurable);
  WriteFileAtomically(root / "manifest.json", "new", Sync::kDurable);
  EXPECT_EQ(ReadAll(root / "manifest.json"), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(root.path()), {}), 1);
}

TEST(WriteFileAtomically, LeavesTheOldFileWhereItFails) {
  const TemporaryDirectory root;
  fs::create_directories(root / "manifest.json/not-empty");
  ExpectError([&] { WriteFileAtomically(root / "manifest.json", "new", Sync::kNone); },
              ExitCode::kLocalStorage,
              "rename to " + (root / "manifest.json").native() + ": Is a directory");
  EXPECT_EQ(std::distance(fs::directory_iterator(root.path()), {}), 1);
}

TEST(CreateDirectories, MakesWhatIsMissingForTheOwnerOnly) {
  const TemporaryDirectory root;
  CreateDirectories(root / "a/b/c", Sync::kDurable);
  CreateDirectories(root / "a/b/c/", Sync::kDurable);
  EXPECT_EQ(fs::status(root / "a/b").permissions(), fs::perms::owner_all);
  WriteAllTo(root / "file", "");
  ExpectError([&] { CreateDirectories(root / "file"); }, ExitCode::kLocalStorage,
              "create directory " + (root / "file").native() + ": Not a directory");
}

TEST(ExchangeNames, SwapsTwoTreesInOneStep) {
  const TemporaryDirectory root;
  WriteAllTo(root / "a/file", "in a");
  WriteAllTo(root / "b/file", "in b");
  ExchangeNames(root / "a", root / "b");
  EXPECT_EQ(ReadAll(root / "a/file"), "in b");
  EXPECT_EQ(ReadAll(root / "b/file"), "in a");
}

TEST(ExchangeNames, LeavesBothWhereOneIsMissing) {
  const TemporaryDirectory root;
  WriteAllTo(root / "a/file", "in a");
  ExpectError([&] { ExchangeNames(root / "a", root / "b"); }, ExitCode::kLocalStorage,
              "exchange names with " + (root / "b").native() + ": No such file or directory");
  EXPECT_EQ(ReadAll(root / "a/file"), "in a");
}

TEST(RenameWithoutReplacing, NeverReplaces) {
  const TemporaryDirectory root;
  WriteAllTo(root / "a", "a");
  WriteAllTo(root / "b", "b");
  ExpectError([&] { RenameWithoutReplacing(root / "a", root / "b"); }, ExitCode::kConflict,
              "rename to " + (root / "b").native() + ": File exists");
  EXPECT_EQ(ReadAll(root / "b"), "b");
  RenameWithoutReplacing(root / "a", root / "c");
  EXPECT_EQ(ReadAll(root / "c"), "a");
}

TEST(LinkOrCopy, GivesTheSameFileASecondName) {
  const TemporaryDirectory root;
  WriteAllTo(root / "old/shop/a", "data");
  LinkOrCopy(root / "old/shop/a", root / "new/shop/a", Sync::kDurable);
  fs::remove_all(root / "old");
  EXPECT_EQ(ReadAll(root / "new/shop/a"), "data");
}

TEST(LinkOrCopy, CopiesWhereTheFileSystemCannotLink) {
  const TemporaryDirectory root;
  // A link across file systems is what every machine refuses.
  const fs::path other_file_system = "/dev/shm/haul-test-" + RandomHex(4);
  WriteAllTo(other_file_system, std::string(3'000'000, 'x'));
  LinkOrCopy(other_file_system, root / "copy", Sync::kDurable);
  EXPECT_EQ(ReadAll(root / "copy"), ReadAll(other_file_system));
  fs::remove(other_file_system);
}

TEST(LinkOrCopy, TellsWhatIsMissingOrInTheWay) {
  const TemporaryDirectory root;
  WriteAllTo(root / "a", "");
  WriteAllTo(root / "b", "");
  EXPECT_EQ(Caught([&] { LinkOrCopy(root / "a", root / "b", Sync::kNone); })->code(),
            ExitCode::kConflict);
  ExpectError([&] { LinkOrCopy(root / "none", root / "c", Sync::kNone); }, ExitCode::kLocalStorage,
              "link " + (root / "none").native() + ": No such file or directory");
}

TEST(DirectoryLock, LetsOneHolderIn) {
  const TemporaryDirectory root;
  {
    const DirectoryLock first(root.path());
    ASSERT_TRUE(first.held());
    ExpectError([&] { DirectoryLock(root.path()); }, ExitCode::kLocked,
                "lock " + root.path().native() + ": another run is writing here");
  }
  EXPECT_TRUE(DirectoryLock(root.path()).held());
}

TEST(LocalAppender, OnlyGrowsItsFile) {
  const TemporaryDirectory root;
  LocalAppender(root / "journal").Append("one\n");
  LocalAppender again(root / "journal");
  again.Append("two\n");
  again.WaitForDisk(Sync::kDurable);
  EXPECT_EQ(ReadAll(root / "journal"), "one\ntwo\n");
}

TEST(LocalAppender, FollowsNoLink) {
  const TemporaryDirectory root;
  fs::create_symlink("elsewhere", root / "journal");
  EXPECT_EQ(Caught([&] { LocalAppender(root / "journal"); })->code(), ExitCode::kLocalStorage);
  EXPECT_FALSE(fs::exists(root / "elsewhere"));
}

TEST(FreeSpace, IsKnownAlsoWhereTheDirectoryIsYetToBeMade) {
  const TemporaryDirectory root;
  EXPECT_GT(FreeSpace(root / "a/b/c"), 0U);
}

TEST(IsMountPoint, KnowsTheRootFromAnOrdinaryDirectory) {
  const TemporaryDirectory root;
  EXPECT_FALSE(IsMountPoint(root.path()));
  EXPECT_TRUE(IsMountPoint("/proc"));
}

}  // namespace
}  // namespace haul
