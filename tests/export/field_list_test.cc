#include "tools/export/field_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/bson/extended_json.h"
#include "tests/core/cli/temporary_file.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

using Names = std::vector<std::string>;

TEST(FieldList, SplitsAtCommasAndIgnoresBlanks) {
  EXPECT_EQ(SplitFields("a, b.c ,d", "--fields"), (Names{"a", "b.c", "d"}));
}

TEST(FieldList, RefusesWhatIsNoName) {
  for (const char* list : {"", "a,,b", "a,", ".a", "a.", "a..b", "a,a"}) {
    const auto error = Caught([&] { (void)SplitFields(list, "--fields"); });
    ASSERT_TRUE(error) << list;
    EXPECT_EQ(error->code(), ExitCode::kUsage) << list;
  }
}

TEST(FieldList, ReadsALineANameFromAFile) {
  const TemporaryFile file(
      "\xEF\xBB\xBF"
      "a\r\n\n b.c \nd");
  EXPECT_EQ(ReadFieldFile(file.path()), (Names{"a", "b.c", "d"}));
  const TemporaryFile empty("\n\n");
  EXPECT_EQ(Caught([&] { (void)ReadFieldFile(empty.path()); })->code(), ExitCode::kUsage);
  EXPECT_EQ(Caught([] { (void)ReadFieldFile("/nowhere/at/all"); })->code(), ExitCode::kUsage);
}

TEST(FieldList, AsksForTopLevelFieldsAndTheId) {
  const auto json = [](const Names& fields) {
    ByteBuffer out;
    JsonWriter({.relaxed = true}).Append(ProjectionOf(fields).bytes(), out);
    return std::string(AsText(out.view()));
  };
  EXPECT_EQ(json({"a", "b.c", "b.d", "_id"}), R"({"_id":1,"a":1,"b":1})");
  EXPECT_EQ(json({"l.0.x", "m.$"}), R"({"_id":1,"l":1,"m.$":1})");
  EXPECT_EQ(ColumnsOf({"l.0.x", "m.$"}), (Names{"l.0.x", "m"}));
}

}  // namespace
}  // namespace haul
