// Whatever a restore reads, its workers are handed documents in the same way.
#include <gtest/gtest.h>

#include <string>

#include "restore/archive_input.h"
#include "tests/conformance/restore_feed_suite.h"
#include "tests/formats/archive/made_archive.h"
#include "tests/restore/command_line.h"
#include "tests/support/temporary_directory.h"

namespace haul::testing {
namespace {

std::string Joined(const std::vector<std::string>& documents) {
  std::string all;
  for (const std::string& document : documents) all += document;
  return all;
}

class FolderMaker {
 public:
  RestoreOptions Options(const FedCollections& collections) const {
    for (const auto& [name, documents] : collections) {
      WriteAllTo(directory_ / "dump/shop" / (name + ".bson"), Joined(documents));
    }
    return Check({(directory_ / "dump").string()});
  }

 private:
  TemporaryDirectory directory_;
};

/// Blocks of up to forty documents, of all collections in turns.
class ArchiveMaker {
 public:
  RestoreOptions Options(const FedCollections& collections) const {
    Declared declared;
    for (const auto& [name, documents] : collections) declared.push_back({{"shop", name}, ""});
    std::string bytes = ForeignPrelude(declared);
    constexpr std::size_t kRow = 40;
    for (std::size_t at = 0; at < LongestOf(collections); at += kRow) {
      for (const auto& [name, documents] : collections) {
        if (at < documents.size()) bytes += Block({"shop", name}, Row(documents, at, kRow));
      }
    }
    for (const auto& [name, documents] : collections) {
      bytes += End({"shop", name}, Joined(documents));
    }
    WriteAllTo(directory_ / "archive", bytes);
    return Check({"--archive=" + (directory_ / "archive").string()});
  }

 private:
  static std::size_t LongestOf(const FedCollections& collections) {
    std::size_t longest = 0;
    for (const auto& [name, documents] : collections) longest = std::max(longest, documents.size());
    return longest;
  }
  static std::string Row(const std::vector<std::string>& documents, std::size_t at,
                         std::size_t count) {
    std::string row;
    for (std::size_t i = at; i < std::min(at + count, documents.size()); ++i) row += documents[i];
    return row;
  }

  TemporaryDirectory directory_;
};

using Feeds = ::testing::Types<FolderMaker, ArchiveMaker>;
INSTANTIATE_TYPED_TEST_SUITE_P(Restore, RestoreFeedSuite, Feeds);

TEST(ArchivePath, IsWhatTheOptionNames) {
  const TemporaryDirectory directory;
  EXPECT_EQ(ArchivePath(""), "-");
  EXPECT_EQ(ArchivePath("-"), "-");
  EXPECT_EQ(CodeOf([] { static_cast<void>(ArchivePath("/not/there")); }), ExitCode::kUsage);
  const std::string folder = directory.path().string();
  EXPECT_EQ(CodeOf([&] { static_cast<void>(ArchivePath(folder)); }), ExitCode::kUsage);
  WriteAllTo(directory / "archive.gz", "");
  EXPECT_EQ(ArchivePath(folder), folder + "/archive.gz");
  WriteAllTo(directory / "archive.zst", "");
  EXPECT_EQ(CodeOf([&] { static_cast<void>(ArchivePath(folder)); }), ExitCode::kUsage);
  EXPECT_EQ(ArchivePath(folder + "/archive.zst"), folder + "/archive.zst");
}

}  // namespace
}  // namespace haul::testing
