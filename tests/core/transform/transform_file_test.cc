#include "core/transform/transform_file.h"

#include <gtest/gtest.h>

#include "tests/core/transform/changed.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

void ExpectUsage(std::string_view text, const std::string& message) {
  ExpectError([&] { (void)TransformFile(text, "t.json"); }, ExitCode::kUsage, message);
}

void ExpectBadStep(const std::string& step, const std::string& message) {
  ExpectUsage(R"({"shop.users": [{"unset": ["a"]}, )" + step + "]}",
              "t.json: shop.users step 2" + message);
}

std::string ChangedBy(const TransformFile& file, std::string_view ns, std::string_view document) {
  TransformBuilder builder = FixedBuilder();
  file.AddTo(builder, ns);
  return Changed(builder.Build(), document);
}

TEST(TransformFile, GivesEachNamespaceTheStepsOfAllItsEntries) {
  const TransformFile file(
      R"({"*.*": [{"unset": ["secret"]}], "shop.users": [{"set": {"v": 2}}],
          "shop.o*": [{"set": {"v": 3}}]})",
      "t.json");
  EXPECT_EQ(ChangedBy(file, "shop.users", R"({"secret": 1})"), R"({"v":2})");
  EXPECT_EQ(ChangedBy(file, "shop.orders", R"({"secret": 1, "v": 1})"), R"({"v":3})");
  EXPECT_EQ(ChangedBy(file, "x.y", R"({"secret": 1, "v": 1})"), R"({"v":1})");
  EXPECT_EQ(file.patterns(), (std::vector<std::string>{"*.*", "shop.users", "shop.o*"}));
}

TEST(TransformFile, SaysWhatItMatches) {
  const TransformFile file(R"({"shop.users": []})", "t.json");
  EXPECT_TRUE(file.Matches("shop.users"));
  EXPECT_FALSE(file.Matches("shop.orders"));
}

TEST(TransformFile, NamesWhatIsWrongByFileEntryAndStep) {
  ExpectUsage(R"({"shop.users": {"unset": []}})", "t.json: shop.users: steps stand in an array");
  ExpectUsage(R"({"a.b": [5]})", "t.json: a.b step 1: a step is a document with one field");
  ExpectUsage(R"({"a.b": [{}]})", "t.json: a.b step 1: a step is a document with one field");
  ExpectBadStep(R"({"unset": ["a"], "keep": ["b"]})", ": a step is a document with one field");
  ExpectBadStep(R"({"drop": ["a"]})", ": 'drop' is no step");
  ExpectBadStep(R"({"unset": ["a."]})", " (unset): 'a.' is no path of a field");
  ExpectBadStep(R"({"unset": [5]})", " (unset): an int32 where a string is needed");
  ExpectBadStep(R"({"convert": {"a": "datum"}})", " (convert) a: 'datum' is no type to convert to");
  ExpectBadStep(R"({"convert": ["a"]})", " (convert): an array where a document is needed");
  ExpectBadStep(R"({"rename": {"a": "a"}})", " (rename) a: the new name is the old one");
  ExpectBadStep(R"({"split": {"a": ["b"]}})", " (split) a: it takes two names at least");
  ExpectBadStep(R"({"split": {"a": ["b", "b"]}})", " (split) a: a name stands there twice");
  ExpectBadStep(R"({"split": {"a": ["b.c", "d"]}})", " (split) a: the new names have no dots");
  ExpectBadStep(R"({"split": {"a": {"into": ["b", "c"]}}})",
                " (split) a: it takes names, or {\"into\": [names], \"by\": \"text\"}");
  ExpectBadStep(R"({"wrap": {"a": "$a"}})", " (wrap) a: a string where a document is needed");
  ExpectBadStep(R"({"wrap": {"a": {"b": "$c..d"}}})", " (wrap) a: 'c..d' is no path of a field");
  ExpectBadStep(R"({"apply": {"a": ["trim", "title"]}})",
                " (apply) a: 'title' is none of trim, lower and upper");
  ExpectBadStep(R"({"map": {"a": ["new"]}})", " (map) a: an array where a document is needed");
  ExpectBadStep(R"({"mask": {"a": "last4"}})", " (mask) a: 'last4' is no mask");
  ExpectBadStep(R"({"where": {"a": {"$regex": "x"}}})", " (where): $regex is not matched here");
}

TEST(TransformFile, RefusesARenameIntoItself) {
  ExpectUsage(R"({"a.b": [{"rename": {"a": "a.b"}}]})",
              "rename a to a.b: one lies inside the other");
}

TEST(TransformFile, RefusesWhatIsNoExtendedJsonAndNoPattern) {
  EXPECT_EQ(Caught([] { (void)TransformFile("{", "t.json"); })->code(), ExitCode::kUsage);
  EXPECT_EQ(Caught([] { (void)TransformFile(R"({"": []})", "t.json"); })->code(), ExitCode::kUsage);
}

}  // namespace
}  // namespace haul
