#include "core/plan/oplog_entry.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

using Kind = OplogOperation::Kind;

Document Doc(const std::string& json) { return ParseExtendedJson(json, "the test's document"); }

std::string Timed(const std::string& rest) {
  return R"({"ts":{"$timestamp":{"t":7,"i":3}},)" + rest + "}";
}

std::vector<std::string> Described(const std::vector<OplogOperation>& operations) {
  std::vector<std::string> result;
  for (const OplogOperation& operation : operations) result.push_back(Describe(operation));
  return result;
}

TEST(OplogEntry, TellsWhatAnInsertIs) {
  const Document entry = Doc(Timed(
      R"("op":"i","ns":"shop.orders","o":{"_id":1},"o2":{"_id":1},"t":{"$numberLong":"1"},"v":2,)"
      R"("ui":{"$uuid":"00112233-4455-6677-8899-aabbccddeeff"},)"
      R"("lsid":{"id":1},"txnNumber":{"$numberLong":"5"},"prevOpTime":{"t":1},"multiOpType":1)"));
  const OplogEntry parsed = ParseOplogEntry(entry.bytes());
  EXPECT_EQ(parsed.time, (Timestamp{7, 3}));
  EXPECT_EQ(parsed.operation.kind, Kind::kInsert);
  EXPECT_EQ(parsed.operation.ns, "shop.orders");
  EXPECT_EQ(parsed.operation.database(), "shop");
  EXPECT_EQ(ToCanonicalJson(parsed.operation.object), R"({"_id":{"$numberInt":"1"}})");
  EXPECT_EQ(ToCanonicalJson(parsed.operation.object2), R"({"_id":{"$numberInt":"1"}})");
  EXPECT_EQ(parsed.operation.uuid.size(), 16U);
  EXPECT_EQ(parsed.operation.command, "");
  EXPECT_EQ(parsed.transaction, 5);
  EXPECT_EQ(parsed.multi_operation, 1);
  EXPECT_FALSE(parsed.session.empty());
  EXPECT_FALSE(parsed.previous.empty());
  EXPECT_EQ(Describe(parsed.operation), "insert into shop.orders");
}

TEST(OplogEntry, NamesACommandByTheFirstFieldOfItsObject) {
  const Document entry =
      Doc(Timed(R"("op":"c","ns":"shop.$cmd","o":{"renameCollection":"shop.a","to":"shop.b"})"));
  const OplogEntry parsed = ParseOplogEntry(entry.bytes());
  EXPECT_EQ(parsed.operation.kind, Kind::kCommand);
  EXPECT_EQ(parsed.operation.command, "renameCollection");
  EXPECT_EQ(Describe(parsed.operation), "renameCollection on shop.$cmd");
}

TEST(OplogEntry, ADocumentThatLooksLikeACommandIsNone) {
  const Document entry =
      Doc(Timed(R"("op":"i","ns":"shop.log","o":{"renameCollection":"shop.a"})"));
  EXPECT_EQ(ParseOplogEntry(entry.bytes()).operation.command, "");
}

TEST(OplogEntry, KeepsTheLettersOfOperationsThatItDoesNotKnow) {
  const Document entry = Doc(Timed(R"("op":"km","ns":"admin.system.keys","o":{})"));
  const OplogOperation operation = ParseOplogEntry(entry.bytes()).operation;
  EXPECT_EQ(operation.kind, Kind::kOther);
  EXPECT_EQ(Describe(operation), "operation 'km' on admin.system.keys");
}

TEST(OplogEntry, YieldsTheOperationsOfNestedApplyOpsInTheirOrder) {
  const Document entry =
      Doc(Timed(R"("op":"c","ns":"admin.$cmd","o":{"applyOps":[)"
                R"({"op":"i","ns":"a.b","o":{"_id":1}},)"
                R"({"op":"c","ns":"admin.$cmd","o":{"applyOps":[)"
                R"({"op":"d","ns":"a.b","o":{"_id":1}},)"
                R"({"op":"c","ns":"a.$cmd","o":{"drop":"b"}}]}},)"
                R"({"op":"u","ns":"a.c","o":{},"o2":{"_id":1}}],"prepare":true})"));
  const OplogEntry parsed = ParseOplogEntry(entry.bytes());
  EXPECT_EQ(Described(InnerOperations(parsed.operation)),
            (std::vector<std::string>{"insert into a.b", "delete from a.b", "drop on a.$cmd",
                                      "update of a.c"}));
}

TEST(OplogEntry, OtherOperationsHoldNone) {
  const Document entry = Doc(Timed(R"("op":"c","ns":"a.$cmd","o":{"drop":"b"})"));
  EXPECT_TRUE(InnerOperations(ParseOplogEntry(entry.bytes()).operation).empty());
}

TEST(OplogEntry, RefusesWhatIsNone) {
  const auto expect = [](const std::string& json, const std::string& cause) {
    const Document entry = Doc(json);
    ExpectError([&] { static_cast<void>(ParseOplogEntry(entry.bytes())); }, ExitCode::kCorrupt,
                "an oplog entry is none: " + cause);
  };
  expect(R"({"op":"n","ns":""})", "it has no 'ts'");
  expect(R"({"ts":7,"op":"n"})", "'ts' is no timestamp");
  expect(Timed(R"("ns":"a.b")"), "it has no 'op'");
  expect(Timed(R"("op":1)"), "'op' is no string");
  expect(Timed(R"("op":"i","ns":{})"), "'ns' is no string");
  expect(Timed(R"("op":"i","o":1)"), "'o' is no document");
  expect(Timed(R"("op":"i","ui":1)"), "'ui' is no UUID");
  expect(Timed(R"("op":"i","txnNumber":"x")"), "'txnNumber' is no number");
  expect(Timed(R"("op":"c","ns":"a.$cmd","o":{})"), "it is a command without a name");
  expect(Timed(R"("op":"c","ns":"a.$cmd")"), "it is a command without a name");
}

TEST(OplogEntry, RefusesApplyOpsThatHoldNoOperations) {
  const auto expect = [](const std::string& list, const std::string& cause) {
    const Document entry =
        Doc(Timed(R"("op":"c","ns":"admin.$cmd","o":{"applyOps":)" + list + "}"));
    const OplogOperation operation = ParseOplogEntry(entry.bytes()).operation;
    ExpectError([&] { static_cast<void>(InnerOperations(operation)); }, ExitCode::kCorrupt,
                "an oplog entry is none: " + cause);
  };
  expect("1", "'applyOps' is no document");
  expect("[1]", "'0' is no document");
  expect(R"([{"ns":"a.b"}])", "it has no 'op'");
}

TEST(OplogEntry, RefusesApplyOpsThatAreNestedTooDeep) {
  std::string list = "[]";
  for (int depth = 0; depth < 20; ++depth) {
    list = R"([{"op":"c","ns":"admin.$cmd","o":{"applyOps":)" + list + "}}]";
  }
  const Document entry = Doc(Timed(R"("op":"c","ns":"admin.$cmd","o":{"applyOps":)" + list + "}"));
  const OplogOperation operation = ParseOplogEntry(entry.bytes()).operation;
  ExpectError([&] { static_cast<void>(InnerOperations(operation)); }, ExitCode::kCorrupt,
              "an oplog entry is none: applyOps commands are nested too deep");
}

TEST(OplogEntry, EveryCutOfAnEntryIsRefused) {
  const Document entry = Doc(
      Timed(R"("op":"c","ns":"a.$cmd","o":{"applyOps":[{"op":"i","ns":"a.b","o":{"_id":1}}]})"));
  for (std::size_t size = 5; size < entry.bytes().size(); ++size) {
    const std::vector<std::uint8_t> cut(entry.bytes().begin(),
                                        entry.bytes().begin() + static_cast<std::ptrdiff_t>(size));
    const auto error = Caught([&] { static_cast<void>(ParseOplogEntry(cut)); });
    ASSERT_TRUE(error) << size;
    EXPECT_EQ(error->code(), ExitCode::kCorrupt);
  }
}

// Each byte in turn: parsed or refused as corrupt, never anything else.
TEST(OplogEntry, GarbageIsParsedOrRefused) {
  const Document entry = Doc(
      Timed(R"("op":"c","ns":"a.$cmd","o":{"applyOps":[{"op":"i","ns":"a.b","o":{"_id":1}}]})"));
  for (std::size_t at = 0; at < entry.bytes().size(); ++at) {
    for (const std::uint8_t value : std::array<std::uint8_t, 5>{0x00, 0x01, 0x03, 0x7F, 0xFF}) {
      std::vector<std::uint8_t> bytes(entry.bytes().begin(), entry.bytes().end());
      bytes[at] = value;
      const auto error =
          Caught([&] { static_cast<void>(InnerOperations(ParseOplogEntry(bytes).operation)); });
      if (!error) continue;
      EXPECT_EQ(error->code(), ExitCode::kCorrupt) << error->message();
    }
  }
}

TEST(Timestamp, IsOrderedBySecondsThenIncrement) {
  EXPECT_LT((Timestamp{1, 9}), (Timestamp{2, 0}));
  EXPECT_LT((Timestamp{2, 0}), (Timestamp{2, 1}));
}

TEST(Timestamp, IsReadAsItIsWritten) {
  const Timestamp time{4294967295, 1};
  EXPECT_EQ(time.ToString(), "4294967295:1");
  EXPECT_EQ(ParseTimestamp(time.ToString()), time);
  for (const char* text : {"", ":", "1", "1:", ":1", "1:2 ", "-1:2", "4294967296:1", "1:2:3"}) {
    EXPECT_FALSE(ParseTimestamp(text)) << text;
  }
}

}  // namespace
}  // namespace haul
