#include "core/storage/rooted_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_directory.h"

namespace haul {
namespace {

class RootedFileTest : public ::testing::Test {
 protected:
  RootedFileTest() {
    WriteAllTo(folder_ / "outside", "secret");
    WriteAllTo(root_ / "inner" / "file", "content");
  }
  [[nodiscard]] std::string FaultOf(const std::string& name) const {
    const auto error = Caught([&] { static_cast<void>(ReadRootedFile(root_, name)); });
    if (!error) return "none";
    EXPECT_EQ(error->code(), ExitCode::kUsage);
    return error->message();
  }

  TemporaryDirectory folder_;
  const std::filesystem::path root_ = folder_ / "root";
};

TEST_F(RootedFileTest, ReadsWhatLiesBelowItsRoot) {
  EXPECT_EQ(ReadRootedFile(root_, "inner/file"), "content");
  EXPECT_EQ(ReadRootedFile(root_, "./inner/file"), "content");
}

TEST_F(RootedFileTest, LeavesTheRootByNoName) {
  for (const char* name : {"../outside", "inner/../../outside", "/etc/passwd", "", ".."}) {
    EXPECT_NE(FaultOf(name), "none") << name;
  }
}

TEST_F(RootedFileTest, FollowsNoLink) {
  std::filesystem::create_symlink(folder_ / "outside", root_ / "link");
  std::filesystem::create_directory_symlink(folder_.path(), root_ / "folder");
  EXPECT_NE(FaultOf("link").find("link"), std::string::npos);
  EXPECT_NE(FaultOf("folder/outside").find("link"), std::string::npos);
}

TEST_F(RootedFileTest, RefusesWhatIsNoRegularFileOrTooLarge) {
  EXPECT_NE(FaultOf("inner").find("no regular file"), std::string::npos);
  EXPECT_NE(FaultOf("missing"), "none");
  WriteAllTo(root_ / "large", "");
  std::filesystem::resize_file(root_ / "large", (std::uintmax_t{16} << 20) + 1);
  EXPECT_NE(FaultOf("large").find("16 MiB"), std::string::npos);
}

}  // namespace
}  // namespace haul
