#include "restore/oplog_source.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/expect_error.h"

namespace haul {
namespace {

TEST(OplogLimit, IsSecondsWithOrWithoutAnIncrement) {
  EXPECT_EQ(ParseOplogLimit("1700000000"), (Timestamp{1700000000, 0}));
  EXPECT_EQ(ParseOplogLimit("1700000000:"), (Timestamp{1700000000, 0}));
  EXPECT_EQ(ParseOplogLimit("1700000000:7"), (Timestamp{1700000000, 7}));
  EXPECT_EQ(ParseOplogLimit("4294967295:4294967295"), (Timestamp{4294967295, 4294967295}));
}

TEST(OplogLimit, AnythingElseIsRefused) {
  for (const std::string bad : {"", ":", ":5", "x", "-1", "+1", "1.5", " 1", "1 ", "1:2:3", "1:x",
                                "4294967296", "1:4294967296", "2024-01-01"}) {
    ExpectError([&] { (void)ParseOplogLimit(bad); }, ExitCode::kUsage,
                "--oplogLimit '" + bad + "' is not a time");
  }
}

DumpedCollection Dumped(const std::string& name) {
  DumpedCollection dumped;
  dumped.spec.ns = {"local", name};
  dumped.data = DataFile();
  dumped.data->name = "local/" + name + ".bson";
  return dumped;
}

TEST(OplogSource, OneBesideTheDatabasesBeatsADumpedOneThatIsNoCollectionAnyMore) {
  RestoreInput::Contents contents;
  contents.collections.push_back(Dumped("oplog.rs"));
  contents.collections.push_back(Dumped("startup_log"));
  RestoreInput::Contents other;
  other.collections.push_back(Dumped("oplog.$main"));
  EXPECT_EQ(ChooseOplog({}, other)->name, "local/oplog.$main.bson");
  contents.oplog = DataFile();
  contents.oplog->name = "oplog.bson";
  EXPECT_EQ(ChooseOplog({}, contents)->name, "oplog.bson");
  ASSERT_EQ(contents.collections.size(), 1U);
  EXPECT_EQ(contents.collections.front().spec.ns.collection, "startup_log");
}

TEST(OplogSource, TwoDumpedOnesContradictEachOther) {
  RestoreInput::Contents contents;
  contents.collections.push_back(Dumped("oplog.rs"));
  contents.collections.push_back(Dumped("oplog.$main"));
  ExpectError([&] { (void)ChooseOplog({}, contents); }, ExitCode::kUsage,
              "--oplogReplay: both local/oplog.rs.bson and local/oplog.$main.bson are there");
}

TEST(OplogSource, NothingIsNothing) {
  RestoreInput::Contents contents;
  EXPECT_FALSE(ChooseOplog({}, contents));
}

}  // namespace
}  // namespace haul
