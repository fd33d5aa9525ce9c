#include "restore/oplog_transactions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kBeganEarlier =
    "a transaction ends here that began before the oplog does, so that not all of its operations "
    "are known";

class OplogTransactionsTest : public ::testing::Test {
 protected:
  void Add(const std::string& json) {
    const Document entry = ParseExtendedJson(
        R"({"ts":{"$timestamp":{"t":7,"i":3}},"op":"c","ns":"admin.$cmd",)" + json + "}",
        "the test's entry");
    transactions_.Add(ParseOplogEntry(entry.bytes()), [this](const OplogOperation& operation) {
      if (operation.command != "applyOps") applied_.push_back(Describe(operation));
      for (const OplogOperation& inner : InnerOperations(operation)) {
        applied_.emplace_back(inner.ns);
      }
    });
  }
  // `of` is the session's number, and a transaction's.
  void AddOperations(const std::string& of, const std::string& operations,
                     const std::string& more = "", const std::string& fields = "") {
    Add(R"("o":{"applyOps":[)" + operations + "]" + more + "}" + Session(of) + fields);
  }
  static std::string Session(const std::string& of) {
    return R"(,"lsid":{"id":)" + of + R"(},"txnNumber":{"$numberLong":")" + of + R"("})";
  }
  static std::string Insert(const std::string& ns) {
    return R"({"op":"i","ns":")" + ns + R"(","o":{"_id":1}})";
  }
  void Commit(const std::string& of) { Add(R"("o":{"commitTransaction":1})" + Session(of)); }
  void Abort(const std::string& of) { Add(R"("o":{"abortTransaction":1})" + Session(of)); }

  OplogTransactions transactions_{OplogTransactions::Limits{}};
  Lines applied_;
};

TEST_F(OplogTransactionsTest, ASmallOneIsAppliedAtOnce) {
  AddOperations("1", Insert("a") + "," + Insert("b"));
  EXPECT_EQ(applied_, (Lines{"a", "b"}));
  EXPECT_EQ(transactions_.unfinished(), 0U);
  EXPECT_EQ(transactions_.committed(), 1U);
}

TEST_F(OplogTransactionsTest, ALargeOneIsAppliedWithItsLastEntry) {
  AddOperations("1", Insert("a"), R"(,"partialTxn":true)");
  AddOperations("1", Insert("b"), R"(,"partialTxn":true)");
  EXPECT_EQ(applied_, Lines{});
  EXPECT_EQ(transactions_.unfinished_operations(), 2U);
  AddOperations("1", Insert("c"), R"(,"count":3)");
  EXPECT_EQ(applied_, (Lines{"a", "b", "c"}));
}

TEST_F(OplogTransactionsTest, APreparedOneWaitsForItsCommit) {
  AddOperations("1", Insert("a"), R"(,"partialTxn":true)");
  AddOperations("1", Insert("b"), R"(,"prepare":true,"count":2)");
  EXPECT_EQ(applied_, Lines{});
  Commit("1");
  EXPECT_EQ(applied_, (Lines{"a", "b"}));
  EXPECT_EQ(transactions_.unfinished(), 0U);
}

TEST_F(OplogTransactionsTest, AnAbortedOneIsForgotten) {
  AddOperations("1", Insert("a"), R"(,"prepare":true)");
  Abort("1");
  Abort("2");
  EXPECT_EQ(applied_, Lines{});
  EXPECT_EQ(transactions_.unfinished(), 0U);
  EXPECT_EQ(transactions_.aborted(), 1U);
}

TEST_F(OplogTransactionsTest, InterleavedOnesComeInTheOrderOfTheirCommits) {
  AddOperations("1", Insert("a"), R"(,"prepare":true)");
  AddOperations("2", Insert("b"), R"(,"partialTxn":true)");
  AddOperations("3", Insert("c"), R"(,"prepare":true)");
  Commit("3");
  AddOperations("2", Insert("d"));
  Commit("1");
  EXPECT_EQ(applied_, (Lines{"c", "b", "d", "a"}));
}

TEST_F(OplogTransactionsTest, AnUnfinishedOneIsCountedAndNeverApplied) {
  AddOperations("1", Insert("a") + "," + Insert("b"), R"(,"prepare":true)");
  EXPECT_EQ(applied_, Lines{});
  EXPECT_EQ(transactions_.unfinished(), 1U);
  EXPECT_EQ(transactions_.unfinished_operations(), 2U);
}

TEST_F(OplogTransactionsTest, ItIsTheSameFromATemporaryFile) {
  transactions_ = OplogTransactions({.memory = 100});
  for (const char* ns : {"a", "b", "c", "d"}) {
    AddOperations("1", Insert(ns), R"(,"partialTxn":true)");
    AddOperations("2", Insert(std::string("other ") + ns), R"(,"partialTxn":true)");
  }
  AddOperations("1", Insert("e"), R"(,"count":5)");
  EXPECT_EQ(applied_, (Lines{"a", "b", "c", "d", "e"}));
  AddOperations("2", Insert("other e"), R"(,"count":5)");
  EXPECT_EQ(applied_.size(), 10U);
  EXPECT_EQ(applied_.back(), "other e");
}

TEST_F(OplogTransactionsTest, GroupedInsertsAndOtherEntriesPassAtOnce) {
  AddOperations("1", Insert("a"), "",
                R"(,"multiOpType":1,"prevOpTime":{"ts":{"$timestamp":{"t":1,"i":1}}})");
  Add(R"("o":{"create":"x"})");
  Add(R"("o":{"applyOps":[)" + Insert("b") + "]}");
  EXPECT_EQ(applied_, (Lines{"a", "create on admin.$cmd", "b"}));
}

TEST_F(OplogTransactionsTest, OneThatBeganBeforeTheOplogCannotBeWhole) {
  const std::string earlier = R"(,"prevOpTime":{"ts":{"$timestamp":{"t":1,"i":1}}})";
  Add(R"("o":{"create":"x"})");
  ExpectError([&] { Commit("1"); }, ExitCode::kSourceChanged, kBeganEarlier);
  ExpectError([&] { AddOperations("1", Insert("a"), "", earlier); }, ExitCode::kSourceChanged,
              kBeganEarlier);
  AddOperations("2", Insert("a"), R"(,"partialTxn":true)");
  ExpectError([&] { AddOperations("2", Insert("b"), R"(,"count":3)"); }, ExitCode::kSourceChanged,
              kBeganEarlier);
  EXPECT_EQ(applied_, Lines{"create on admin.$cmd"});
}

TEST_F(OplogTransactionsTest, AsTheVeryFirstEntryItEndedBeforeTheDumpBegan) {
  const std::string earlier = R"(,"prevOpTime":{"ts":{"$timestamp":{"t":1,"i":1}}})";
  AddOperations("1", Insert("a"), "", earlier);
  transactions_ = OplogTransactions(OplogTransactions::Limits{});
  Commit("1");
  EXPECT_EQ(applied_, Lines{});
  transactions_ = OplogTransactions(OplogTransactions::Limits{});
  ExpectError([&] { AddOperations("1", Insert("a"), R"(,"prepare":true)", earlier); },
              ExitCode::kSourceChanged, kBeganEarlier);
}

}  // namespace
}  // namespace haul
