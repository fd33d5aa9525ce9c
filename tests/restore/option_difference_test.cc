#include "restore/option_difference.h"

#include <gtest/gtest.h>

#include "core/bson/extended_json.h"

namespace haul::testing {
namespace {

using Names = std::vector<std::string>;

Names Differing(const std::string& a, const std::string& b) {
  CollectionSpec left;
  CollectionSpec right;
  left.options = ParseExtendedJson(a, "options");
  right.options = ParseExtendedJson(b, "options");
  return DifferingOptions(left, right);
}

TEST(OptionDifference, NamesWhatIsMissingAddedOrOfAnotherValue) {
  EXPECT_EQ(Differing(R"({"capped":true,"size":4096,"validator":{"a":1}})",
                      R"({"collation":{"locale":"fr"},"validator":{"a":2},"capped":true})"),
            (Names{"collation", "size", "validator"}));
  EXPECT_EQ(Differing(R"({"capped":true})", R"({"capped":false})"), Names{"capped"});
  EXPECT_EQ(Differing("{}", R"({"capped":"x"})"), Names{"capped"});
}

TEST(OptionDifference, ComparesNumbersAsNumbersAndPassesOverTheServersOwn) {
  EXPECT_TRUE(Differing(R"({"size":{"$numberLong":"4096"},"max":3})",
                        R"({"max":{"$numberDouble":"3"},"size":4096})")
                  .empty());
  EXPECT_TRUE(Differing(R"({"autoIndexId":true,"flags":1})", R"({"idIndex":{"v":2}})").empty());
  EXPECT_TRUE(Differing("{}", "{}").empty());
}

}  // namespace
}  // namespace haul::testing
