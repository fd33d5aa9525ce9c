#include "dump/destination.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dump/options.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_directory.h"

namespace haul {
namespace {

const std::chrono::system_clock::time_point kMoment{std::chrono::seconds{1'795'248'479}};

using Kind = Destination::Kind;

Destination Resolve(std::vector<std::string> arguments, DumpFlags flags = {}) {
  std::vector<char*> argv;
  for (std::string& text : arguments) argv.push_back(text.data());
  const Command command = DumpCommand(flags);
  const std::map<std::string, std::string, std::less<>> variables = {{"TMPDIR", "/big"}};
  Environment environment(variables);
  const ParsedOptions parsed = ParseCommandLine(command, argv, environment);
  return ResolveDestination(flags, parsed, environment, kMoment);
}

TEST(Destination, IsTheDirectoryDumpPackedWithZstd) {
  const Destination destination = Resolve({});
  EXPECT_EQ(destination.kind, Kind::kDirectory);
  EXPECT_EQ(destination.Name(), "dump");
  EXPECT_EQ(destination.codec.id, CodecId::kZstd);
}

TEST(Destination, IsAnArchiveInAFileWhereOneIsNamed) {
  const Destination destination = Resolve({"--archive=b/%F.zst"});
  EXPECT_EQ(destination.kind, Kind::kArchive);
  EXPECT_EQ(destination.path, "b/2026-11-21.zst");
  EXPECT_EQ(destination.codec.id, CodecId::kZstd);
  EXPECT_EQ(Resolve({"--archive=f", "--gzip"}).codec.id, CodecId::kGzip);
}

TEST(Destination, IsStandardOutputWhereTheArchiveHasNoName) {
  for (const char* archive : {"--archive", "--archive=-"}) {
    const Destination destination = Resolve({archive});
    EXPECT_EQ(destination.kind, Kind::kArchive);
    EXPECT_TRUE(destination.is_standard_output());
    EXPECT_EQ(destination.Name(), "standard output");
    EXPECT_EQ(destination.spool_directory, "/big");
  }
}

TEST(Destination, PacksStandardOutputOnlyWhenAsked) {
  EXPECT_EQ(Resolve({"--archive"}).codec.id, CodecId::kNone);
  EXPECT_EQ(Resolve({"--archive", "--compress=zstd:1"}).codec.id, CodecId::kZstd);
  EXPECT_EQ(Resolve({"--archive", "--gzip"}).codec.id, CodecId::kGzip);
  EXPECT_EQ(Resolve({"--out=-", "-c", "a"}).codec.id, CodecId::kNone);
}

TEST(Destination, IsAFileInTheDirectoryThatAnArchiveNames) {
  const TemporaryDirectory root;
  const std::string archive = "--archive=" + root.path().native();
  EXPECT_EQ(Resolve({archive}).path, root / "archive.zst");
  EXPECT_EQ(Resolve({archive, "--gzip"}).path, root / "archive.gz");
  EXPECT_EQ(Resolve({archive, "--compress=none"}).path, root / "archive");
}

TEST(Destination, IsNotPackedWithZstdForThoseWhoCallMongodump) {
  EXPECT_EQ(Resolve({"--archive=f"}, FlagsOfMongodump()).codec.id, CodecId::kNone);
  EXPECT_EQ(Resolve({"--archive=%F"}, FlagsOfMongodump()).path, "%F");
}

TEST(Destination, IsTheBareDocumentsForOutMinus) {
  const Destination destination = Resolve({"--out", "-"});
  EXPECT_EQ(destination.kind, Kind::kDocuments);
  EXPECT_TRUE(destination.is_standard_output());
}

TEST(Destination, CannotBeADirectoryAndAnArchive) {
  ExpectError(
      [] {
        static_cast<void>(Resolve({"--out=d", "--archive=f"}));
      },
      ExitCode::kUsage, "--out and --archive exclude each other");
}

TEST(ExpandTimePattern, ExpandsInUtcAndLeavesEverythingElse) {
  EXPECT_EQ(ExpandTimePattern("backups/%Y-%m-%d", kMoment), "backups/2026-11-21");
  EXPECT_EQ(ExpandTimePattern("b/%F/%H%M%S", kMoment), "b/2026-11-21/080759");
  EXPECT_EQ(ExpandTimePattern("100%%/%Q/%", kMoment), "100%/%Q/%");
  EXPECT_EQ(ExpandTimePattern("plain", kMoment), "plain");
}

}  // namespace
}  // namespace haul
