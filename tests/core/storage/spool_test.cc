#include "core/storage/spool.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_directory.h"

namespace haul {
namespace {

std::vector<std::string> Pieces(const Spool& spool) {
  std::vector<std::string> pieces;
  spool.ForEach([&](ByteView piece) { pieces.emplace_back(AsText(piece)); });
  return pieces;
}

TEST(Spool, GivesBackWhatWasPutInInItsOrder) {
  Spool spool("/tmp");
  EXPECT_TRUE(Pieces(spool).empty());
  spool.Append(AsBytes("one"), true);
  spool.Append(AsBytes(""), true);
  EXPECT_EQ(Pieces(spool), (std::vector<std::string>{"one", ""}));
  EXPECT_GT(spool.bytes_in_memory(), 0U);
}

TEST(Spool, GoesOnInAFileWithWhatWasInMemory) {
  Spool spool("/tmp");
  const std::string large(300'000, 'x');
  spool.Append(AsBytes("one"), true);
  spool.Append(AsBytes(large), false);
  EXPECT_EQ(spool.bytes_in_memory(), 0U);
  spool.Append(AsBytes("three"), true);
  EXPECT_EQ(spool.bytes_in_memory(), 0U);
  const std::vector<std::string> expected = {"one", large, "three"};
  EXPECT_EQ(Pieces(spool), expected);
  EXPECT_EQ(Pieces(spool), expected);
}

TEST(Spool, SaysWhereNoFileCanBeMade) {
  Spool spool("/no/such/directory");
  const auto error = Caught([&] { spool.Append(AsBytes("one"), false); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kLocalStorage);
  EXPECT_NE(error->message().find("/no/such/directory"), std::string::npos);
}

TEST(SpoolFile, GivesBackWhatItTookAndLeavesNoName) {
  const TemporaryDirectory root;
  SpoolFile spool(root.path());
  spool.Append(AsBytes("hello "));
  spool.Append(AsBytes("world"));
  EXPECT_EQ(spool.size(), 11U);
  ByteBuffer piece;
  spool.ReadAt(3, 5, piece);
  EXPECT_EQ(AsText(piece.view()), "lo wo");
  EXPECT_TRUE(std::filesystem::is_empty(root.path()));
}

TEST(SpoolFile, NeedsADirectoryThatIsThere) {
  const auto error = Caught([] { const SpoolFile spool("/no/such/directory"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kLocalStorage);
}

}  // namespace
}  // namespace haul
