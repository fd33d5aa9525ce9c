#include "core/storage/byte_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

#include "core/storage/descriptor.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_directory.h"

namespace haul {
namespace {

namespace fs = std::filesystem;

TEST(FileSink, GivesTheFileItsNameOnlyAtTheEnd) {
  const TemporaryDirectory root;
  const auto sink = NewFileSink(root / "new/a", {});
  sink->Append(AsBytes("one "));
  sink->Append(AsBytes("two"));
  EXPECT_FALSE(fs::exists(root / "new/a"));
  sink->Commit();
  EXPECT_EQ(ReadAll(root / "new/a"), "one two");
  EXPECT_FALSE(fs::exists(root / "new/a.part"));
}

TEST(FileSink, LeavesAPartWhereItIsDropped) {
  const TemporaryDirectory root;
  NewFileSink(root / "a", {})->Append(AsBytes("half"));
  EXPECT_FALSE(fs::exists(root / "a"));
  EXPECT_EQ(ReadAll(root / "a.part"), "half");
}

TEST(FileSink, TouchesNothingThatIsThere) {
  const TemporaryDirectory root;
  WriteFileAtomically(root / "a", "old", Sync::kNone);
  fs::create_symlink("nowhere", root / "link");
  for (const char* name : {"a", "link"}) {
    const auto error = Caught([&] { static_cast<void>(NewFileSink(root / name, {})); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ExitCode::kConflict);
  }
  EXPECT_EQ(ReadAll(root / "a"), "old");
}

TEST(FileSink, RefusesWhatAnEarlierRunLeftUnlessItIsToReplaceIt) {
  const TemporaryDirectory root;
  NewFileSink(root / "a", {})->Append(AsBytes("a longer piece of an earlier run"));
  const auto error = Caught([&] { static_cast<void>(NewFileSink(root / "a", {})); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kConflict);
  EXPECT_EQ(error->hint(), "an earlier run did not finish it: remove it, or use --overwrite");
  const auto sink = NewFileSink(root / "a", {.overwrite = true});
  sink->Append(AsBytes("new"));
  sink->Commit();
  EXPECT_EQ(ReadAll(root / "a"), "new");
}

TEST(FileSink, KeepsTheOldFileUntilTheNewOneIsWhole) {
  const TemporaryDirectory root;
  WriteFileAtomically(root / "a", "old", Sync::kNone);
  const auto sink = NewFileSink(root / "a", {.overwrite = true});
  sink->Append(AsBytes("new"));
  EXPECT_EQ(ReadAll(root / "a"), "old");
  sink->Commit();
  EXPECT_EQ(ReadAll(root / "a"), "new");
}

TEST(FileSink, ReplacesWhatALinkNamesAndNotTheLink) {
  const TemporaryDirectory root;
  WriteFileAtomically(root / "target", "old", Sync::kNone);
  fs::create_symlink("target", root / "a");
  const auto sink = NewFileSink(root / "a", {.overwrite = true});
  sink->Append(AsBytes("new"));
  sink->Commit();
  EXPECT_TRUE(fs::is_symlink(root / "a"));
  EXPECT_EQ(ReadAll(root / "target"), "new");
}

TEST(FileSink, DoesNotTakeAFileFromARunThatIsAtWork) {
  const TemporaryDirectory root;
  const auto first = NewFileSink(root / "a", {});
  first->Append(AsBytes("first"));
  const auto error =
      Caught([&] { static_cast<void>(NewFileSink(root / "a", {.overwrite = true})); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kLocked);
  first->Commit();
  EXPECT_EQ(ReadAll(root / "a"), "first");
}

TEST(DeviceSink, WritesMoreIntoAPipeThanItHolds) {
  const TemporaryDirectory root;
  const fs::path path = root / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_TRUE(IsDevice(path));
  const std::string text(5'000'000, 'x');
  std::string got;
  std::thread reader([&] { got = ReadAll(path); });
  const auto sink = NewDeviceSink(path);
  sink->Append(AsBytes(text));
  sink->Commit();
  reader.join();
  EXPECT_TRUE(got == text);
}

TEST(WriteAll, WaitsForAPipeThatItsOtherEndMadeNonBlocking) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_NONBLOCK), 0);
  std::size_t got = 0;
  std::thread reader([&] {
    std::array<char, 4096> piece{};
    for (;;) {
      const ssize_t read_bytes = read(ends[0], piece.data(), piece.size());
      if (read_bytes == 0) return;
      if (read_bytes > 0) got += static_cast<std::size_t>(read_bytes);
    }
  });
  WriteAll(ends[1], std::string(1'000'000, 'x'), "a pipe");
  close(ends[1]);
  reader.join();
  close(ends[0]);
  EXPECT_EQ(got, 1'000'000U);
}

TEST(DeviceSink, SaysWhereToLookWhenTheReaderIsGone) {
  signal(SIGPIPE, SIG_IGN);
  const TemporaryDirectory root;
  const fs::path path = root / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
  const auto sink = NewDeviceSink(path);
  close(reader);
  const auto error = Caught([&] { sink->Append(AsBytes("x")); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kLocalStorage);
  EXPECT_EQ(error->message(), "write " + path.native() + ": Broken pipe");
  EXPECT_EQ(error->hint(), "what read it has ended: look there first");
}

TEST(IsDevice, IsFalseForFilesDirectoriesAndNothing) {
  const TemporaryDirectory root;
  WriteFileAtomically(root / "a", "", Sync::kNone);
  EXPECT_FALSE(IsDevice(root / "a"));
  EXPECT_FALSE(IsDevice(root.path()));
  EXPECT_FALSE(IsDevice(root / "none"));
  EXPECT_TRUE(IsDevice("/dev/null"));
}

}  // namespace
}  // namespace haul
