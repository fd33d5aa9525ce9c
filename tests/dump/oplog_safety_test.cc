#include "dump/oplog_safety.h"

#include <gtest/gtest.h>

#include <string>

#include "core/bson/extended_json.h"

namespace haul {
namespace {

/// What is unsafe in an entry; "" for nothing.
std::string Unsafe(const std::string& fields) {
  const Document entry =
      ParseExtendedJson(R"({"ts":{"$timestamp":{"t":7,"i":3}},)" + fields + "}", "the entry");
  return WhyUnsafe(ParseOplogEntry(entry.bytes())).value_or("");
}

std::string Command(const std::string& database, const std::string& object) {
  return R"("op":"c","ns":")" + database + R"(.$cmd","o":)" + object;
}

TEST(OplogSafety, WhatIsWrittenEveryDayIsSafe) {
  EXPECT_EQ(Unsafe(R"("op":"n","ns":"","o":{"msg":"periodic noop"})"), "");
  EXPECT_EQ(Unsafe(R"("op":"i","ns":"shop.a","o":{"renameCollection":"shop.a"})"), "");
  EXPECT_EQ(Unsafe(R"("op":"u","ns":"shop.a","o":{"$v":2},"o2":{"_id":1})"), "");
  EXPECT_EQ(Unsafe(R"("op":"i","ns":"admin.system.users","o":{"_id":"a.b"})"), "");
  for (const char* object :
       {R"({"create":"a"})", R"({"drop":"a"})", R"({"dropDatabase":1})", R"({"collMod":"a"})",
        R"({"createIndexes":"a"})", R"({"startIndexBuild":"a"})", R"({"commitIndexBuild":"a"})",
        R"({"abortIndexBuild":"a"})", R"({"dropIndexes":"a"})", R"({"commitTransaction":1})",
        R"({"abortTransaction":1})", R"({"applyOps":[]})", R"({"dbCheck":"a"})"}) {
    EXPECT_EQ(Unsafe(Command("shop", object)), "") << object;
  }
}

TEST(OplogSafety, ARenameIsNot) {
  EXPECT_EQ(Unsafe(Command("shop", R"({"renameCollection":"shop.a","to":"shop.b"})")),
            "renameCollection on shop.$cmd (shop.a)");
  EXPECT_EQ(Unsafe(Command("shop", R"({"importCollection":"a"})")),
            "importCollection on shop.$cmd (a)");
  EXPECT_EQ(Unsafe(Command("shop", R"({"upgradeDowngradeViewlessTimeseries":"a"})")),
            "upgradeDowngradeViewlessTimeseries on shop.$cmd (a)");
}

TEST(OplogSafety, AVersionOfUsersOrFeaturesThatChangesIsNot) {
  for (const char* op : {"i", "u", "d"}) {
    EXPECT_NE(Unsafe(R"("op":")" + std::string(op) + R"(","ns":"admin.system.version","o":{})"),
              "");
  }
  EXPECT_EQ(Unsafe(Command("admin", R"({"drop":"system.version"})")),
            "drop on admin.$cmd (system.version)");
  EXPECT_EQ(Unsafe(R"("op":"n","ns":"admin.system.version","o":{})"), "");
}

TEST(OplogSafety, AReshardingThatBeginsIsNot) {
  for (const char* name : {"reshardingOperations", "localReshardingOperations.donor",
                           "localReshardingOperations.recipient"}) {
    const std::string object = R"({"create":")" + std::string(name) + R"("})";
    EXPECT_EQ(Unsafe(Command("config", object)),
              "create on config.$cmd (" + std::string(name) + ")");
    EXPECT_EQ(Unsafe(Command("shop", object)), "") << "the name counts in config only";
    EXPECT_TRUE(IsResharding({"config", name}));
  }
  EXPECT_EQ(Unsafe(Command("config", R"({"create":"transactions"})")), "");
  EXPECT_EQ(Unsafe(Command("config", R"({"inventedLater":"x"})")), "") << "no replay looks at it";
}

TEST(OplogSafety, ACommandThatNobodyKnowsIsNot) {
  EXPECT_EQ(Unsafe(Command("shop", R"({"inventedLater":"a"})")), "inventedLater on shop.$cmd (a)");
}

TEST(OplogSafety, EachIsFoundInsideNestedApplyOps) {
  const std::string rename =
      R"({"op":"c","ns":"shop.$cmd","o":{"renameCollection":"shop.a","to":"shop.b"}})";
  const std::string insert = R"({"op":"i","ns":"shop.a","o":{"_id":1}})";
  const std::string inner =
      R"({"op":"c","ns":"admin.$cmd","o":{"applyOps":[)" + insert + "," + rename + "]}}";
  EXPECT_EQ(Unsafe(Command("admin", R"({"applyOps":[)" + insert + "]}")), "");
  EXPECT_EQ(Unsafe(Command("admin", R"({"applyOps":[)" + insert + "," + inner + "]}")),
            "renameCollection on shop.$cmd (shop.a) (inside applyOps)");
}

}  // namespace
}  // namespace haul
