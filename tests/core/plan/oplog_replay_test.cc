#include "core/plan/oplog_replay.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

using Lines = std::vector<std::string>;

Document Doc(const std::string& json) { return ParseExtendedJson(json, "the test's document"); }

// Selects the databases shop and tools, and shop goes to store.
std::optional<Namespace> Target(const Namespace& ns) {
  if (ns.database == "tools") return ns;
  if (ns.database != "shop" || ns.collection == "secret") return std::nullopt;
  return Namespace{"store", ns.collection};
}

class OplogReplayTest : public ::testing::Test {
 protected:
  void Apply(const std::string& json) {
    const Document entry = Doc(R"({"ts":{"$timestamp":{"t":7,"i":3}},)" + json + "}");
    replay_.Apply(ParseOplogEntry(entry.bytes()).operation);
  }

  void Note(const ReplayStep& step) {
    constexpr std::array kKinds = {"write", "create", "drop", "modify", "rename", "convert"};
    std::string line = kKinds.at(static_cast<std::size_t>(step.kind));
    line += ' ';
    line += step.ns;
    if (!step.to.empty()) line += " to " + std::string(step.to);
    if (!step.operation.empty()) line += ' ' + ToCanonicalJson(step.operation);
    steps_.push_back(line);
  }

  Lines Take() { return std::exchange(steps_, {}); }

  Lines steps_;
  IndexCatalog catalog_;
  OplogReplay replay_{OplogRoutes({.target = Target}), catalog_,
                      [this](const ReplayStep& step) { Note(step); }};
};

TEST_F(OplogReplayTest, HandsOnNothingButWhatAnOperationMeans) {
  Apply(R"("op":"i","ns":"shop.a","o":{"_id":"x"},"o2":{"_id":"x"},"ui":{"$uuid":
        "00112233-4455-6677-8899-aabbccddeeff"},"needsRetryImage":"preImage","lsid":{"id":1},
        "txnNumber":{"$numberLong":"1"},"stmtId":0,"v":2,"fromMigrate":true)");
  Apply(R"("op":"u","ns":"shop.a","o":{"$v":2,"diff":{}},"o2":{"_id":"x"},"b":true)");
  Apply(R"("op":"d","ns":"shop.a","o":{"_id":"x"},"b":true)");
  EXPECT_EQ(Take(), (Lines{R"(write store.a {"op":"i","ns":"store.a","o":{"_id":"x"}})",
                           R"(write store.a {"op":"u","ns":"store.a","o":{"$v":{"$numberInt":"2"},)"
                           R"("diff":{}},"o2":{"_id":"x"}})",
                           R"(write store.a {"op":"d","ns":"store.a","o":{"_id":"x"}})"}));
  EXPECT_EQ(replay_.counts().applied, 3U);
}

TEST_F(OplogReplayTest, FiltersAndMapsTheInnerOperationsOneByOne) {
  Apply(R"("op":"c","ns":"admin.$cmd","o":{"applyOps":[
        {"op":"i","ns":"shop.a","o":{"_id":"1"}}, {"op":"i","ns":"other.a","o":{"_id":"2"}},
        {"op":"i","ns":"config.transactions","o":{"_id":"3"}},
        {"op":"c","ns":"admin.$cmd","o":{"applyOps":[{"op":"d","ns":"tools.b","o":{"_id":"4"}}]}},
        {"op":"n","ns":"","o":{}}]})");
  EXPECT_EQ(Take(), (Lines{R"(write store.a {"op":"i","ns":"store.a","o":{"_id":"1"}})",
                           R"(write tools.b {"op":"d","ns":"tools.b","o":{"_id":"4"}})"}));
  EXPECT_EQ(replay_.counts().applied, 2U);
  EXPECT_EQ(replay_.counts().filtered, 1U);
  EXPECT_EQ(replay_.counts().skipped, 2U);
}

TEST_F(OplogReplayTest, CreatesDropsAndModifiesUnderTheTargetsNames) {
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"create":"a","capped":true,"autoIndexId":false,
        "recordIdsReplicated":true},"ui":{"$uuid":"00112233-4455-6677-8899-aabbccddeeff"})");
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"collMod":"a","noPadding":true,"validator":{"x":"1"}})");
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"emptycapped":"a"})");
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"drop":"a"})");
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"convertToCapped":"b","size":"9"})");
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"drop":"secret"})");
  EXPECT_EQ(
      Take(),
      (Lines{
          R"(create store.a {"op":"c","ns":"store.$cmd","o":{"create":"a","capped":true}})",
          R"(modify store.a {"op":"c","ns":"store.$cmd","o":{"collMod":"a","validator":{"x":"1"}}})",
          R"(modify store.a {"op":"c","ns":"store.$cmd","o":{"emptycapped":"a"}})",
          R"(drop store.a {"op":"c","ns":"store.$cmd","o":{"drop":"a"}})",
          R"(convert store.b {"convertToCapped":"b","size":"9"})"}));
}

TEST_F(OplogReplayTest, EditsTheCatalogueInPlaceOfBuildingIndexes) {
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"createIndexes":"a","v":2,"key":{"x":"1"},"name":"x"})");
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"commitIndexBuild":"a","indexes":[
        {"key":{"y":"1"},"name":"y"},{"key":{"z":"1"},"name":"z"}]})");
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"dropIndexes":"a","index":"y"})");
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"collMod":"a","index":{"name":"z","hidden":true}})");
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"startIndexBuild":"a","indexes":[]})");
  Apply(
      R"("op":"c","ns":"shop.$cmd","o":{"renameCollection":"shop.a","to":"shop.b","stayTemp":false})");
  EXPECT_EQ(Take(), Lines{"rename store.a to store.b"});
  const auto specs = catalog_.Collections();
  ASSERT_EQ(specs.size(), 1U);
  EXPECT_EQ(specs[0].ns.ToString(), "store.b");
  ASSERT_EQ(specs[0].indexes.size(), 2U);
  EXPECT_EQ(ToCanonicalJson(specs[0].indexes[1].bytes()),
            R"({"key":{"z":"1"},"name":"z","hidden":true})");
  EXPECT_TRUE(replay_.UnknownIndexes().empty());
}

TEST_F(OplogReplayTest, AChangeOfAnUnknownIndexIsExplainedByWhatFollows) {
  const std::string change =
      R"("op":"c","ns":"shop.$cmd","o":{"collMod":"a","index":{"name":"z","hidden":true}})";
  Apply(change);
  EXPECT_EQ(replay_.UnknownIndexes(), Lines{"store.a"});
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"dropIndexes":"a","index":"z"})");
  EXPECT_EQ(replay_.UnknownIndexes(), Lines{});
  Apply(change);
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"drop":"a"})");
  EXPECT_EQ(replay_.UnknownIndexes(), Lines{});
}

TEST_F(OplogReplayTest, ARenameOutOfTheSelectionDropsAndOneIntoItCannotBeReplayed) {
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"renameCollection":"shop.a","to":"shop.secret"})");
  EXPECT_EQ(Take(), Lines{R"(drop store.a {"op":"c","ns":"store.$cmd","o":{"drop":"a"}})"});
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"renameCollection":"other.a","to":"shop.secret"})");
  EXPECT_EQ(Take(), Lines{});
  ExpectError(
      [&] {
        Apply(R"("op":"c","ns":"shop.$cmd","o":{"renameCollection":"shop.secret","to":"shop.a"})");
      },
      ExitCode::kSourceChanged,
      "renameCollection on shop.$cmd cannot be replayed: store.a is restored, but what it was "
      "before is not selected");
}

TEST_F(OplogReplayTest, ATemporaryCollectionOfAConversionGoesWithTheCollection) {
  Apply(R"("op":"i","ns":"shop.tmpAbCdE.convertToCapped.a","o":{"_id":"1"})");
  Apply(R"("op":"i","ns":"shop.tmpAbCdE.convertToCapped.secret","o":{"_id":"1"})");
  EXPECT_EQ(Take(), Lines{R"(write store.tmpAbCdE.convertToCapped.a {"op":"i","ns":)"
                          R"("store.tmpAbCdE.convertToCapped.a","o":{"_id":"1"}})"});
}

TEST_F(OplogReplayTest, ViewsAreWrittenUnderTheirOwnTargets) {
  Apply(R"("op":"i","ns":"shop.system.views","o":{"_id":"shop.v","viewOn":"a","pipeline":[]})");
  Apply(
      R"("op":"i","ns":"shop.system.views","o":{"_id":"shop.secret","viewOn":"a","pipeline":[]})");
  Apply(R"("op":"i","ns":"shop.system.views","o":{"_id":"shop.t","viewOn":"system.buckets.t"})");
  Apply(
      R"("op":"u","ns":"shop.system.views","o":{"_id":"shop.v","viewOn":"b"},"o2":{"_id":"shop.v"})");
  EXPECT_EQ(
      Take(),
      (Lines{
          R"(create store.system.views {"op":"c","ns":"store.$cmd","o":{"create":"system.views"}})",
          R"(write store.system.views {"op":"i","ns":"store.system.views","o":{"_id":"store.v","viewOn":"a","pipeline":[]}})",
          R"(write store.system.views {"op":"i","ns":"store.system.views","o":{"_id":"store.t","viewOn":"system.buckets.t"}})",
          R"(write store.system.views {"op":"u","ns":"store.system.views","o":{"_id":"store.v","viewOn":"b"},"o2":{"_id":"store.v"}})"}));
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"drop":"system.views"})");
  EXPECT_EQ(
      Take(),
      (Lines{
          R"(write store.system.views {"op":"d","ns":"store.system.views","o":{"_id":"store.t"}})",
          R"(write store.system.views {"op":"d","ns":"store.system.views","o":{"_id":"store.v"}})"}));
}

TEST_F(OplogReplayTest, ADroppedDatabaseLosesTheKnownCollectionsOnly) {
  replay_.Expect({"shop", "a"}, false);
  replay_.Expect({"tools", "a"}, false);
  Apply(R"("op":"c","ns":"shop.$cmd","o":{"dropDatabase":1})");
  EXPECT_EQ(Take(), Lines{R"(drop store.a {"op":"c","ns":"store.$cmd","o":{"drop":"a"}})"});
}

TEST_F(OplogReplayTest, TwoNamespacesOnOneTargetAreRefused) {
  replay_.Expect({"shop", "a"}, false);
  OplogReplay other(OplogRoutes({.target = [](const Namespace& ns) -> std::optional<Namespace> {
                      return Namespace{"all", ns.collection};
                    }}),
                    catalog_, [](const ReplayStep&) {});
  other.Expect({"shop", "a"}, false);
  ExpectError(
      [&] {
        other.Expect({"tools", "a"}, false);
      },
      ExitCode::kConflict, "both shop.a and tools.a of the oplog would be replayed into all.a");
}

TEST_F(OplogReplayTest, StopsAtWhatItDoesNotKnowOrCannotDo) {
  struct Case {
    std::string entry;
    std::string message;
  };
  const std::string unknown = " cannot be replayed: this version of haul does not know ";
  const std::vector<Case> cases = {
      {R"("op":"c","ns":"x.$cmd","o":{"importCollection":"a"})",
       "importCollection on x.$cmd" + unknown + "the command"},
      {R"("op":"c","ns":"x.$cmd","o":{"commitTransaction":1})",
       "commitTransaction on x.$cmd" + unknown + "the command"},
      {R"("op":"zz","ns":"shop.a","o":{"_id":1})",
       "operation 'zz' on shop.a" + unknown + "such operations"},
      {R"("op":"i","ns":"shop.system.resharding.x","o":{"_id":1})",
       "insert into shop.system.resharding.x cannot be replayed: the collection was being moved "
       "between shards"},
      {R"("op":"i","ns":"shop.a","o":[{"_id":1}])",
       "insert into shop.a cannot be replayed: it does not say which _id it is about"},
      {R"("op":"u","ns":"shop.a","o":{"_id":1})",
       "update of shop.a cannot be replayed: it does not say which _id it is about"},
      {R"("op":"i","ns":"shop.system.views","o":{"_id":1})",
       "insert into shop.system.views cannot be replayed: it does not name a view"},
      {R"("op":"u","ns":"admin.system.version","o":{"version":"7.0"},"o2":{"_id":"featureCompatibilityVersion"})",
       "update of admin.system.version cannot be replayed: the source was upgraded or downgraded"},
  };
  for (const Case& one : cases) {
    ExpectError([&] { Apply(one.entry); }, ExitCode::kSourceChanged, one.message);
  }
  EXPECT_EQ(Take(), Lines{});
}

TEST_F(OplogReplayTest, RefusesCommandsThatContradictThemselves) {
  for (const char* bad :
       {R"("op":"c","ns":"shop.$cmd","o":{"drop":1})",
        R"("op":"c","ns":"shop.$cmd","o":{"renameCollection":"shop.a"})",
        R"("op":"c","ns":"shop.$cmd","o":{"commitIndexBuild":"a"})",
        R"("op":"c","ns":"shop.$cmd","o":{"commitIndexBuild":"a","indexes":"*"})",
        R"("op":"c","ns":"shop.$cmd","o":{"commitIndexBuild":"a","indexes":["x"]})",
        R"("op":"c","ns":"shop.$cmd","o":{"dropIndexes":"a"})",
        R"("op":"c","ns":"shop.$cmd","o":{"createIndexes":"a"})"}) {
    const auto error = Caught([&] { Apply(bad); });
    ASSERT_TRUE(error) << bad;
    EXPECT_EQ(error->code(), ExitCode::kCorrupt) << bad;
  }
}

TEST_F(OplogReplayTest, LeavesUsersAloneUnlessTheyAreRestored) {
  const std::string user = R"("op":"i","ns":"admin.system.users","o":{"_id":"shop.u"})";
  Apply(user);
  EXPECT_EQ(replay_.counts().filtered, 1U);
  OplogReplay with_users(OplogRoutes({.target = Target, .with_users = true}), catalog_,
                         [this](const ReplayStep& step) { Note(step); });
  const Document entry = Doc(R"({"ts":{"$timestamp":{"t":7,"i":3}},)" + user + "}");
  with_users.Apply(ParseOplogEntry(entry.bytes()).operation);
  EXPECT_EQ(Take(), Lines{R"(write admin.system.users {"op":"i","ns":"admin.system.users",)"
                          R"("o":{"_id":"shop.u"}})"});
}

TEST_F(OplogReplayTest, KeepsTheUuidOfACreateOnlyWhereItMay) {
  Lines asked;
  OplogReplay::Options options;
  options.keeps_uuid = [&](ByteView uuid, const Namespace& target) {
    asked.push_back(std::to_string(uuid.size()) + " " + target.ToString());
    return target.collection == "a";
  };
  OplogReplay replay(
      OplogRoutes({.target = Target}), catalog_, [this](const ReplayStep& step) { Note(step); },
      options);
  for (const char* name : {"a", "b"}) {
    const Document entry =
        Doc(R"({"ts":{"$timestamp":{"t":7,"i":3}},"op":"c","ns":"shop.$cmd",)"
            R"("ui":{"$uuid":"00112233-4455-6677-8899-aabbccddeeff"},"o":{"create":")" +
            std::string(name) + R"("}})");
    replay.Apply(ParseOplogEntry(entry.bytes()).operation);
  }
  EXPECT_EQ(asked, (Lines{"16 store.a", "16 store.b"}));
  EXPECT_EQ(Take(),
            (Lines{R"(create store.a {"op":"c","ns":"store.$cmd","ui":{"$binary":{"base64":)"
                   R"("ABEiM0RVZneImaq7zN3u/w==","subType":"04"}},"o":{"create":"a"}})",
                   R"(create store.b {"op":"c","ns":"store.$cmd","o":{"create":"b"}})"}));
}

TEST_F(OplogReplayTest, EveryAlteredByteIsAnErrorOrAnotherOperationAndNothingWorse) {
  const Lines entries = {
      R"("op":"u","ns":"shop.a","o":{"$v":2,"diff":{"u":{"x":1}}},"o2":{"_id":"x"})",
      R"("op":"i","ns":"shop.system.views","o":{"_id":"shop.v","viewOn":"system.buckets.v"})",
      R"("op":"c","ns":"shop.$cmd","o":{"commitIndexBuild":"a","indexes":[{"key":{"y":1},"name":"y"}]})",
      R"("op":"c","ns":"shop.$cmd","o":{"collMod":"a","index":{"name":"y","hidden":true},"x":1})",
      R"("op":"c","ns":"shop.$cmd","o":{"dropIndexes":"a","index":["y",{"z":1}]})",
      R"("op":"c","ns":"shop.$cmd","o":{"renameCollection":"shop.a","to":"shop.b"})",
      R"("op":"c","ns":"a.$cmd","o":{"applyOps":[{"op":"i","ns":"shop.a","o":{"_id":1}}]})"};
  std::size_t refused = 0;
  for (const std::string& json : entries) {
    const Document entry = Doc(R"({"ts":{"$timestamp":{"t":7,"i":3}},)" + json + "}");
    for (std::size_t at = 0; at < entry.bytes().size(); ++at) {
      for (const int mask : {0x01, 0x80, 0xFF}) {
        std::vector<std::uint8_t> bytes(entry.bytes().begin(), entry.bytes().end());
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ mask);
        IndexCatalog catalog;
        OplogReplay replay(OplogRoutes({.target = Target}), catalog, [](const ReplayStep&) {});
        try {
          replay.Apply(ParseOplogEntry(bytes).operation);
        } catch (const Error&) {
          ++refused;
        }
      }
    }
  }
  EXPECT_GT(refused, 300U);
}

}  // namespace
}  // namespace haul
