#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "core/storage/descriptor.h"
#include "core/storage/local.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_directory.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

mode_t ModeOf(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

/// No file of this process can grow beyond the limit, until the end of the scope.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    previous_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &previous_);
    const rlimit limit{bytes, previous_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    std::signal(SIGXFSZ, previous_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit previous_{};
  void (*previous_handler_)(int);
};

TEST(LocalFileWriter, ShowsAFileUnderItsNameOnlyOnceCommitted) {
  const TemporaryDirectory root;
  LocalFileWriter file(root.path(), "shop/orders.bson", Sync::kDurable);
  file.Append(AsBytes("one "));
  file.Append(AsBytes("two"));
  EXPECT_EQ(file.size(), 7U);
  EXPECT_FALSE(fs::exists(root / "shop/orders.bson"));
  file.Close();
  EXPECT_FALSE(fs::exists(root / "shop/orders.bson"));
  file.Commit();
  EXPECT_EQ(ReadAll(root / "shop/orders.bson"), "one two");
  EXPECT_FALSE(fs::exists(root / "shop/orders.bson.part"));
}

// The metadata of a collection with a long name: the final name fits, with ".part" it would not.
TEST(LocalFileWriter, WritesAFileWhoseNameIsAsLongAsNamesCanBe) {
  const TemporaryDirectory root;
  const std::string name(255, 'n');
  const std::string twin = std::string(254, 'n') + 'm';
  LocalFileWriter file(root.path(), name, Sync::kDurable);
  LocalFileWriter other(root.path(), twin, Sync::kDurable);
  file.Append(AsBytes("one"));
  other.Append(AsBytes("two"));
  file.Commit();
  other.Commit();
  EXPECT_EQ(ReadSmallFile(root.path() / name, 100), "one");
  EXPECT_EQ(ReadSmallFile(root.path() / twin, 100), "two");
}

TEST(LocalFileWriter, CommitsWhatWasReleasedWithoutWaiting) {
  const TemporaryDirectory root;
  LocalFileWriter file(root.path(), "a", Sync::kDurable);
  file.Append(AsBytes("x"));
  file.Release();
  file.WaitForDisk();
  file.Commit();
  EXPECT_EQ(ReadAll(root / "a"), "x");
}

TEST(LocalFileWriter, LetsOnlyTheOwnerReadFilesAndFolders) {
  const TemporaryDirectory root;
  const mode_t previous = umask(0);
  LocalFileWriter(root.path(), "shop/orders.bson", Sync::kNone).Commit();
  umask(previous);
  EXPECT_EQ(ModeOf(root / "shop"), 0700U);
  EXPECT_EQ(ModeOf(root / "shop/orders.bson"), 0600U);
}

TEST(LocalFileWriter, LeavesThePartFileWhereItIsDestroyedUncommitted) {
  const TemporaryDirectory root;
  LocalFileWriter(root.path(), "a", Sync::kNone).Append(AsBytes("half"));
  EXPECT_EQ(ReadAll(root / "a.part"), "half");
  EXPECT_FALSE(fs::exists(root / "a"));
}

TEST(LocalFileWriter, NeverWritesOverAFileOfThatName) {
  const TemporaryDirectory root;
  LocalFileWriter file(root.path(), "a", Sync::kNone);
  WriteAllTo(root / "a", "somebody else's");
  ExpectError([&] { file.Commit(); }, ExitCode::kConflict,
              "rename to " + (root / "a").native() + ": a file with this name is already there");
  EXPECT_EQ(ReadAll(root / "a"), "somebody else's");
  EXPECT_TRUE(fs::exists(root / "a.part"));
}

TEST(LocalFileWriter, ReplacesAFileOnlyWhereThatIsAskedFor) {
  const TemporaryDirectory root;
  WriteAllTo(root / "a", "old");
  LocalFileWriter file(root.path(), "a", Sync::kDurable);
  file.Append(AsBytes("new"));
  file.CommitReplacing();
  EXPECT_EQ(ReadAll(root / "a"), "new");
}

TEST(LocalFileWriter, RefusesToShareAPartFile) {
  const TemporaryDirectory root;
  const LocalFileWriter first(root.path(), "a", Sync::kNone);
  ExpectError([&] { LocalFileWriter(root.path(), "a", Sync::kNone); }, ExitCode::kConflict,
              "create " + (root / "a.part").native() + ": a file with this name is already there");
}

TEST(LocalFileWriter, FollowsNoLinkBelowItsRoot) {
  const TemporaryDirectory root;
  const TemporaryDirectory elsewhere;
  fs::create_directory_symlink(elsewhere.path(), root / "shop");
  ExpectError([&] { LocalFileWriter(root.path(), "shop/a", Sync::kNone); }, ExitCode::kLocalStorage,
              "open directory " + (root / "shop").native() + ": Not a directory");
  fs::create_symlink(elsewhere / "target", root / "b.part");
  EXPECT_EQ(Caught([&] { LocalFileWriter(root.path(), "b", Sync::kNone); })->code(),
            ExitCode::kConflict);
  EXPECT_TRUE(fs::is_empty(elsewhere.path()));
}

TEST(LocalFileWriter, RefusesNamesThatLeaveItsRoot) {
  const TemporaryDirectory root;
  for (const std::string name : {"../x", "a/../x", "/x", "", ".", "a//x", "a/", "./x"}) {
    const auto error = Caught([&] { LocalFileWriter(root.path(), name, Sync::kNone); });
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->code(), ExitCode::kUsage);
  }
  EXPECT_FALSE(StaysBelow(std::string_view("a\0b", 3)));
  EXPECT_TRUE(StaysBelow("...a/b..c"));
  EXPECT_TRUE(fs::is_empty(root.path()));
}

TEST(LocalFileWriter, TellsThatADiskIsFull) {
  const TemporaryDirectory root;
  const FileSizeLimit limit(1'000'000);
  LocalFileWriter file(root.path(), "a", Sync::kDurable);
  const std::string bytes(700'000, 'x');
  file.Append(AsBytes(bytes));
  ExpectError([&] { file.Append(AsBytes(bytes)); }, ExitCode::kLocalStorage,
              "write " + (root / "a.part").native() + ": File too large");
}

TEST(LocalFileWriter, TellsThatTheNameCannotBeGiven) {
  const TemporaryDirectory root;
  LocalFileWriter file(root.path(), "shop/a", Sync::kNone);
  file.Close();
  fs::remove(root / "shop/a.part");
  ExpectError([&] { file.Commit(); }, ExitCode::kLocalStorage,
              "rename to " + (root / "shop/a").native() + ": No such file or directory");
}

TEST(WriteAll, NamesAFullDevice) {
  const Descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full.valid());
  ExpectError([&] { WriteAll(full.get(), "x", "/dev/full"); }, ExitCode::kLocalStorage,
              "write /dev/full: No space left on device");
}

TEST(LocalFileReader, ReadsAnyStretch) {
  const TemporaryDirectory root;
  WriteAllTo(root / "a", "0123456789");
  const LocalFileReader file(root / "a");
  EXPECT_EQ(file.size(), 10U);
  ByteBuffer bytes;
  file.ReadAt(3, 4, bytes);
  EXPECT_EQ(AsText(bytes.view()), "3456");
  file.ReadAt(10, 0, bytes);
  EXPECT_TRUE(bytes.empty());
  std::array<std::uint8_t, 100> some{};
  EXPECT_EQ(file.ReadSome(8, some), 2U);
  EXPECT_EQ(file.ReadSome(10, some), 0U);
}

TEST(LocalFileReader, RefusesToReadBeyondTheEnd) {
  const TemporaryDirectory root;
  WriteAllTo(root / "a", "0123456789");
  const LocalFileReader file(root / "a");
  ByteBuffer bytes;
  ExpectError(
      [&] { file.ReadAt(8, 3, bytes); }, ExitCode::kCorrupt,
      "read " + (root / "a").native() + ": the file ends at byte 10, wanted 3 bytes from byte 8");
  EXPECT_TRUE(Caught([&] { file.ReadAt(UINT64_MAX, 2, bytes); }));
  fs::resize_file(root / "a", 5);
  ExpectError([&] { file.ReadAt(2, 8, bytes); }, ExitCode::kCorrupt,
              "read " + (root / "a").native() + ": the file became shorter while it was read");
}

TEST(LocalFileReader, RefusesWhatIsNoFile) {
  const TemporaryDirectory root;
  ExpectError([&] { LocalFileReader(root.path()); }, ExitCode::kCorrupt,
              "read " + root.path().native() + ": is a directory, not a file");
  ASSERT_EQ(mkfifo((root / "pipe").c_str(), 0600), 0);
  ExpectError([&] { LocalFileReader(root / "pipe"); }, ExitCode::kCorrupt,
              "read " + (root / "pipe").native() + ": is a device or pipe, not a file");
  ExpectError([&] { LocalFileReader(root / "none"); }, ExitCode::kLocalStorage,
              "open " + (root / "none").native() + ": No such file or directory");
}

TEST(ReadSmallFile, RefusesALargeOne) {
  const TemporaryDirectory root;
  WriteAllTo(root / "a", std::string(4096, 'x'));
  EXPECT_EQ(ReadSmallFile(root / "a", 4096).size(), 4096U);
  ExpectError([&] { static_cast<void>(ReadSmallFile(root / "a", 2048)); }, ExitCode::kLimit,
              "read " + (root / "a").native() +
                  ": 4.00 KiB is more than the 2.00 KiB that are read at once");
}

}  // namespace
}  // namespace haul
