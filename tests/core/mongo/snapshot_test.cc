#include "core/mongo/snapshot.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/mongo/driver_error.h"
#include "tests/core/mongo/json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

using testing::Json;
using testing::Same;

const Namespace kOrders{"shop", "orders"};
constexpr Timestamp kTime{1767323045, 2};

CommandFailure Refused(int code) {
  return {Error(ExitCode::kFailure, "read shop.orders: no"), false, code};
}

TEST(Snapshot, AReadWithoutATimeNamesOnlyTheCollection) {
  EXPECT_EQ(Json(BeginFind(kOrders, {})), Same(R"({"find":"orders"})"));
}

TEST(Snapshot, AReadNamesTheUuidAndTheTime) {
  const ReadPoint at{.time = kTime, .uuid = "00112233445566778899aabbccddeeff"};
  EXPECT_EQ(Json(BeginFind(kOrders, at)),
            Same(R"({"find":{"$uuid":"00112233-4455-6677-8899-aabbccddeeff"},)"
                 R"("readConcern":{"level":"snapshot",)"
                 R"("atClusterTime":{"$timestamp":{"t":1767323045,"i":2}}}})"));
}

TEST(Snapshot, WhatIsNoUuidIsNeverSent) {
  for (const char* uuid : {"00", "0011223344556677889 aabbccddeeff", "0"}) {
    const auto error = Caught([&] { static_cast<void>(BeginFind(kOrders, {.uuid = uuid})); });
    ASSERT_TRUE(error) << uuid;
    EXPECT_EQ(error->code(), ExitCode::kInternal);
  }
}

TEST(Snapshot, AHistoryThatIsTooShortSaysHowToMakeItLonger) {
  const Error error = ReadError(kOrders, {.time = kTime}, Refused(server_code::kSnapshotTooOld));
  EXPECT_EQ(error.code(), ExitCode::kSourceChanged);
  EXPECT_EQ(error.message(),
            "read shop.orders at cluster time 1767323045:2: the server keeps no history of so long "
            "ago");
  EXPECT_NE(error.hint().find(
                "db.adminCommand({setParameter: 1, minSnapshotHistoryWindowInSeconds: 3600})"),
            std::string::npos);
}

TEST(Snapshot, ACollectionThatIsGoneHasChangedUnderUs) {
  for (const int code : {server_code::kSnapshotUnavailable, server_code::kNamespaceNotFound}) {
    EXPECT_EQ(ReadError(kOrders, {.time = kTime}, Refused(code)).code(), ExitCode::kSourceChanged);
    EXPECT_EQ(ReadError(kOrders, {}, Refused(code)).code(), ExitCode::kFailure) << "without a time";
  }
  EXPECT_EQ(ReadError(kOrders, {.time = kTime}, Refused(8000)).code(), ExitCode::kFailure);
}

TEST(Hex, IsReadAsItIsWritten) {
  const std::string bytes("\x00\x7F\xFF\x10", 4);
  EXPECT_EQ(FromHex(ToHex(bytes)), bytes);
  for (const char* text : {"0", "0g", "g0", "+1", "-1", " 1"}) EXPECT_EQ(FromHex(text), "") << text;
}

}  // namespace
}  // namespace haul
