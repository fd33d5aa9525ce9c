#include "formats/system_indexes.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

std::string Bson(std::string_view json) {
  const Document document = ParseExtendedJson(json, "document");
  return std::string(AsText(document.bytes()));
}

std::string Refused(const std::string& content) {
  const auto error = Caught([&] { static_cast<void>(ParseSystemIndexes(content)); });
  if (!error) return "nothing was refused";
  EXPECT_EQ(error->code(), ExitCode::kCorrupt);
  return error->message();
}

const std::string kIndex = Bson(R"({"_id":7,"ns":"old.a.b","key":{"x":1},"name":"x_1","v":0})");

TEST(SystemIndexes, AreOfTheCollectionThatTheyNameWithoutTheirId) {
  const SystemIndexes indexes =
      ParseSystemIndexes(kIndex + Bson(R"({"ns":"old.c","key":{"y":-1}})") + kIndex);
  ASSERT_EQ(indexes.size(), 2U);
  ASSERT_EQ(indexes.at("a.b").size(), 2U);
  EXPECT_EQ(ToCanonicalJson(indexes.at("a.b").front().bytes()),
            R"({"ns":"old.a.b","key":{"x":{"$numberInt":"1"}},"name":"x_1",)"
            R"("v":{"$numberInt":"0"}})");
  EXPECT_TRUE(ParseSystemIndexes("").empty());
}

TEST(SystemIndexes, RefuseEveryCut) {
  for (std::size_t size = 1; size < kIndex.size(); ++size) {
    EXPECT_NE(Refused(kIndex + kIndex.substr(0, size)).find("at byte"), std::string::npos) << size;
  }
}

TEST(SystemIndexes, RefuseWhatIsTooLargeOrNoIndex) {
  EXPECT_NE(Refused("\xff\xff\xff\x7f" + std::string(40, 'x')).find("at byte 0"),
            std::string::npos);
  EXPECT_NE(Refused(std::string(40, 'x')).find("at byte 0"), std::string::npos);
  EXPECT_NE(Refused(Bson(R"({"ns":"a.b"})")).find("not an index"), std::string::npos);
  EXPECT_NE(Refused(Bson(R"({"ns":1,"key":{}})")).find("not an index"), std::string::npos);
  EXPECT_NE(Refused(Bson(R"({"ns":"a.b","key":[]})")).find("not an index"), std::string::npos);
}

}  // namespace
}  // namespace haul
