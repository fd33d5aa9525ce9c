#include "tools/export/shell_json.h"

#include <gtest/gtest.h>

namespace haul {
namespace {

TEST(StrictJson, QuotesBareNames) {
  EXPECT_EQ(StrictJson("{age: {$gt: 5}, a_b.c :1}"), R"({"age": {"$gt": 5}, "a_b.c" :1})");
  EXPECT_EQ(StrictJson("{a:true,b:null,c:1E5,d:-2}"), R"({"a":true,"b":null,"c":1E5,"d":-2})");
}

TEST(StrictJson, LeavesStrictJsonAsItIs) {
  const char* const strict = R"({"a:b": "x: \"y\" 'z'", "n": [1, 2.5e-3, true, {"$oid": "00"}]})";
  EXPECT_EQ(StrictJson(strict), strict);
  EXPECT_EQ(StrictJson(""), "");
}

TEST(StrictJson, TurnsSingleQuotesIntoDoubleOnes) {
  EXPECT_EQ(StrictJson(R"({'a':'say "x"','b':'it\'s','c':'\n\\'})"),
            R"({"a":"say \"x\"","b":"it's","c":"\n\\"})");
}

TEST(StrictJson, LeavesWhatIsBrokenToTheParser) {
  EXPECT_EQ(StrictJson("{'a"), "{'a");
  EXPECT_EQ(StrictJson("'"), "'");
  EXPECT_EQ(StrictJson(R"(")"), R"(")");
  EXPECT_EQ(StrictJson("\"a\\"), "\"a\\");
  EXPECT_EQ(StrictJson("{a: ObjectId(1)}"), R"({"a": ObjectId(1)})");
}

}  // namespace
}  // namespace haul
