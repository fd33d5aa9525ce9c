#include "formats/reject_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "core/bson/element.h"
#include "core/bson/extended_json.h"
#include "tests/conformance/test_documents.h"
#include "tests/formats/reader/dump_fixture.h"

namespace haul::testing {
namespace {

class RejectFileTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "rejects.json";
};

TEST_F(RejectFileTest, IsNotThereWithoutRejects) {
  {
    RejectFile file(path_);
    file.Finish();
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(RejectFileTest, WritesOneLineADocument) {
  RejectFile file(path_);
  const std::string document = NumberedDocument(7, 2);
  file.Add({.ns = {"shop", "users"},
            .document = AsBytes(document),
            .code = 11000,
            .reason = "duplicate \"key\"",
            .file = "shop/users.bson",
            .line = 0});
  file.Finish();
  EXPECT_EQ(ReadFile(path_),
            R"({"ns":"shop.users","_id":{"$numberLong":"7"},"code":{"$numberInt":"11000"},)"
            R"("reason":"duplicate \"key\"","file":"shop/users.bson",)"
            R"("document":{"_id":{"$numberLong":"7"},"text":"xx"}})"
            "\n");
  EXPECT_EQ(file.count(), 1U);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

// A field named "$oid" reads back as an ObjectId, bytes that are not UTF-8 do not read back at all.
TEST_F(RejectFileTest, KeepsTheBytesWhereJsonWouldChangeThem) {
  Document like_an_id;
  bson_t inner;
  bson_append_document_begin(like_an_id.bson(), "a", 1, &inner);
  bson_append_utf8(&inner, "$oid", 4, "0123456789abcdef01234567", 24);
  bson_append_document_end(like_an_id.bson(), &inner);
  std::string not_utf8 = NumberedDocument(1, 3);
  std::replace(not_utf8.begin(), not_utf8.end(), 'x', '\xFF');
  not_utf8.replace(not_utf8.find("te\xFFt"), 4, "text");
  for (const std::string& document : {std::string(AsText(like_an_id.bytes())), not_utf8}) {
    std::filesystem::remove(path_);
    RejectFile file(path_);
    file.Add({.ns = {"a", "b"}, .document = AsBytes(document), .reason = "r", .file = {}});
    const Document line = ParseExtendedJson(ReadFile(path_), "the line");
    const auto bson = FindElement(line.bytes(), "bson");
    ASSERT_TRUE(bson.has_value()) << ReadFile(path_);
    EXPECT_EQ(AsText(bson->value).substr(5), document);
    EXPECT_FALSE(FindElement(line.bytes(), "document").has_value());
  }
}

TEST_F(RejectFileTest, TakesRejectsFromSeveralThreads) {
  RejectFile file(path_);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const std::string document = NumberedDocument(i, 100);
        file.Add({.ns = {"a", "b"}, .document = AsBytes(document), .reason = "r", .file = {}});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(file.count(), 200U);
  const std::string content = ReadFile(path_);
  EXPECT_EQ(std::count(content.begin(), content.end(), '\n'), 200);
}

TEST_F(RejectFileTest, FailsAtTheStartWhereItCannotBeWritten) {
  WriteFile(path_, "mine");
  MessageOf(ExitCode::kConflict, [&] { const RejectFile file(path_); });
  EXPECT_EQ(ReadFile(path_), "mine");
  MessageOf(ExitCode::kLocalStorage,
            [&] { const RejectFile file(directory_.path() / "missing/rejects.json"); });
}

TEST_F(RejectFileTest, SaysWhereADocumentIsNotAccountedFor) {
  RejectFile file("/dev/full");
  const std::string document = NumberedDocument(1);
  EXPECT_EQ(
      MessageOf(
          ExitCode::kLocalStorage,
          [&] {
            file.Add({.ns = {"a", "b"}, .document = AsBytes(document), .reason = "r", .file = {}});
          }),
      "write the reject file /dev/full: No space left on device");
}

}  // namespace
}  // namespace haul::testing
