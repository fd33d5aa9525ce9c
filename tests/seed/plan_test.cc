#include "seed/plan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/seed/seed_files.h"
#include "tests/support/expect_error.h"

namespace haul::testing {
namespace {

using Strings = std::vector<std::string>;

Strings Collections(const SeedPlan& plan) {
  Strings names;
  for (const SeedCollection& collection : plan.collections)
    names.push_back(collection.ns.collection);
  return names;
}

Error FaultOf(const SeedFiles& files) {
  const auto error = Caught([&] { static_cast<void>(files.Plan()); });
  EXPECT_TRUE(error);
  return error.value_or(Error(ExitCode::kOk, "none"));
}

TEST(SeedPlan, CollectionsComeByNumberUnlessAReferenceSaysOtherwise) {
  const SeedFiles files;
  files.Write("1-a/x.json", R"([{"_id": 1, "c": {"$$ref": {"c": {"_id": 3}}}}])");
  files.Write("2-b/x.json", R"([{"_id": 2}])");
  files.Write("3-c/x.json", R"([{"_id": 3}])");
  const SeedPlan plan = files.Plan();
  EXPECT_EQ(Collections(plan), (Strings{"b", "c", "a"}));
  ASSERT_EQ(plan.targets.size(), 1U);
  EXPECT_EQ(plan.targets.front()->collection, 1U);
}

TEST(SeedPlan, DocumentsOfOneCollectionComeAfterThoseTheyReferTo) {
  const SeedFiles files;
  files.Write("a/x.json", R"([{"_id": 1, "o": {"$$ref": {"a": {"_id": 2}}}},
                             {"_id": 2, "o": {"$$ref": {"a": {"_id": 3}}}}, {"_id": 3}])");
  const SeedPlan plan = files.Plan();
  EXPECT_EQ(plan.collections.front().files.front()->levels, (std::vector<std::uint32_t>{2, 1, 0}));
  EXPECT_EQ(plan.collections.front().levels, 3U);
}

TEST(SeedPlan, ARefersToWhatIsNotInTheRunThroughTheDatabase) {
  const SeedFiles files;
  files.Write("a/x.json", R"([{"_id": 1, "o": {"$$ref": {"b": {"n.m": 2}}}}])");
  EXPECT_FALSE(files.Plan().targets.front());
}

TEST(SeedPlan, NumbersAreTheSameWhateverTheirType) {
  const SeedFiles files;
  files.Write("a/x.json", R"([{"_id": 1, "o": {"$$ref": {"b": {"n": 2.0}}}}])");
  files.Write("b/x.json", R"([{"_id": 1, "n": {"$numberLong": "2"}}])");
  EXPECT_TRUE(files.Plan().targets.front());
}

TEST(SeedPlan, ACircleNamesItsCollections) {
  const SeedFiles files;
  files.Write("a/x.json", R"([{"_id": 1, "o": {"$$ref": {"b": {"_id": 1}}}}])");
  files.Write("b/x.json", "[\n{\"_id\": 1, \"o\": {\"$$ref\": {\"a\": {\"_id\": 1}}}}]");
  EXPECT_EQ(FaultOf(files).message(), files.Path("a/x.json") +
                                          ": line 1, [0].o: the references go in a circle: "
                                          "a -> b -> a");
}

TEST(SeedPlan, TheKeyIsTheFileSElseTheCommandLineSElseTheId) {
  SeedFiles files;
  files.options.key = {"k"};
  files.Write("a/x.json", R"({"$$seed": {"key": ["n"]}, "documents": [{"n": 1}]})");
  files.Write("b/x.json", R"([{"k": 1}])");
  EXPECT_EQ(files.Plan().collections[0].files[0]->key->paths(), Strings{"n"});
  EXPECT_EQ(files.Plan().collections[1].files[0]->key->paths(), Strings{"k"});
  files.options.key.clear();
  files.Write("b/x.json", R"([{"_id": 1}])");
  EXPECT_EQ(files.Plan().collections[1].files[0]->key->paths(), Strings{"_id"});
  files.Write("b/x.json", R"([{"_id": 1}, {"n": 1}])");
  EXPECT_FALSE(files.Plan().collections[1].files[0]->key);
}

TEST(SeedPlan, TheSettingsOfAFileBeatThoseOfItsFolderOneByOne) {
  const SeedFiles files;
  files.Write("a/_seed.json", R"({"$$seed": {"key": ["n"], "onExisting": "update"}})");
  files.Write("a/x.json", R"({"$$seed": {"onExisting": "replace"}, "documents": [{"n": 1}]})");
  files.Write("a/y.json", R"([{"n": 1}])");
  const SeedPlan plan = files.Plan();
  EXPECT_EQ(plan.collections[0].files[0]->settings.on_existing, OnExisting::kReplace);
  EXPECT_EQ(plan.collections[0].files[1]->settings.on_existing, OnExisting::kUpdate);
  EXPECT_EQ(plan.collections[0].files[0]->key->paths(), Strings{"n"});
}

TEST(SeedPlan, FilesOfOtherEnvironmentsAreLeftOutWithoutBeingCompiled) {
  const SeedFiles files;
  files.Write("a/x.json",
              R"({"$$seed": {"environments": ["test"]}, "documents": [{"n": {"$$nwo": 1}}]})");
  files.Write("b/x.json", R"([{"_id": 1}])");
  const SeedPlan plan = files.Plan();
  EXPECT_EQ(Collections(plan), Strings{"b"});
  EXPECT_EQ(plan.left_out, Strings{files.Path("a/x.json") +
                                   " is left out: it is for test, and this is development"});
}

TEST(SeedPlan, IndexesGetTheNamesThatAShellWouldGiveThem) {
  const SeedFiles files;
  files.Write("a/x.json", R"({"$$seed": {"indexes": [{"key": {"a": 1, "b.c": -1}},
                              {"key": {"t": "text"}, "name": "mine"}]}, "documents": []})");
  const SeedPlan plan = files.Plan();
  const auto& indexes = plan.collections[0].files[0]->settings.indexes;
  ASSERT_EQ(indexes.size(), 2U);
  EXPECT_EQ(FindString(indexes[0].bytes(), "name"), "a_1_b.c_-1");
  EXPECT_EQ(FindString(indexes[1].bytes(), "name"), "mine");
}

TEST(SeedPlan, TheSameKeyTwiceNamesBothPlaces) {
  const SeedFiles files;
  files.Write(
      "a/x.json",
      "{\"$$seed\": {\"key\": [\"m\"]}, \"documents\": [\n{\"m\": \"a\"},\n{\"m\": \"a\"}]}");
  EXPECT_EQ(FaultOf(files).message(),
            files.Path("a/x.json") +
                ": line 3, documents[1]: the key stands twice in the file: "
                "documents[0] at line 2 has it, too");
}

TEST(SeedPlan, AMissingVariableIsAFaultThatShowsNoValue) {
  const SeedFiles files;
  files.Write("a/x.json", R"([{"_id": {"$$env": "WORD"}, "b": {"$$env": "NO"}}])");
  const Error error = FaultOf(files);
  EXPECT_EQ(error.code(), ExitCode::kUsage);
  EXPECT_EQ(error.message().find("value"), std::string::npos);
}

}  // namespace
}  // namespace haul::testing
