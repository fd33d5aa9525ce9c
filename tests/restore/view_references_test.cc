#include "restore/view_references.h"

#include <gtest/gtest.h>

#include "core/bson/extended_json.h"

namespace haul::testing {
namespace {

std::optional<std::string> OldToNew(const std::string& name) {
  if (name.starts_with("old")) return "new" + name.substr(3);
  return std::nullopt;
}

std::string Renamed(const std::string& json) {
  const RenamedView view = RenameReferences(ParseExtendedJson(json, "options"), OldToNew);
  return std::string(AsText(view.options.bytes()));
}
std::string Bytes(const std::string& json) {
  return std::string(AsText(ParseExtendedJson(json, "expected").bytes()));
}

TEST(ViewReferences, AreRenamedWhereverAPipelineReads) {
  EXPECT_EQ(Renamed(R"({"viewOn":"old1","pipeline":[
        {"$lookup":{"from":"old2","as":"x","pipeline":[{"$unionWith":"old3"},{"$match":{"from":"old"}}]}},
        {"$unionWith":{"coll":"old4","pipeline":[{"$lookup":{"from":"old5","localField":"a","as":"b"}}]}},
        {"$graphLookup":{"from":"old6","startWith":"$a","as":"c"}},
        {"$facet":{"from":[{"$unionWith":"old7"}],"other":[{"$count":"old"}]}}],
        "collation":{"locale":"fr"}})"),
            Bytes(R"({"viewOn":"new1","pipeline":[
        {"$lookup":{"from":"new2","as":"x","pipeline":[{"$unionWith":"new3"},{"$match":{"from":"old"}}]}},
        {"$unionWith":{"coll":"new4","pipeline":[{"$lookup":{"from":"new5","localField":"a","as":"b"}}]}},
        {"$graphLookup":{"from":"new6","startWith":"$a","as":"c"}},
        {"$facet":{"from":[{"$unionWith":"new7"}],"other":[{"$count":"old"}]}}],
        "collation":{"locale":"fr"}})"));
}

TEST(ViewReferences, ThatKeepTheirNamesLeaveTheViewAsItIs) {
  for (const char* json :
       {R"({"viewOn":"a","pipeline":[{"$lookup":{"from":"b","as":"c"}},{"$project":{"old":1}}]})",
        R"({"viewOn":"a","pipeline":[]})", R"({"viewOn":7,"pipeline":"x"})", "{}",
        R"({"viewOn":"a","pipeline":[7,{"$lookup":"old"},{"$facet":3},{"$unionWith":{"coll":1}}]})",
        R"({"viewOn":"a","pipeline":[{"$lookup":{"from":{"db":"d","coll":"old"},"as":"c"}}]})"}) {
    EXPECT_EQ(Renamed(json), Bytes(json)) << json;
  }
}

TEST(ViewReferences, AreListedOnce) {
  const RenamedView view = RenameReferences(
      ParseExtendedJson(R"({"viewOn":"old","pipeline":[{"$unionWith":"old"},{"$unionWith":"x"}]})",
                        "options"),
      OldToNew);
  EXPECT_EQ(view.renamed, (std::vector<std::pair<std::string, std::string>>{{"old", "new"}}));
}

}  // namespace
}  // namespace haul::testing
