#include "core/mongo/collection_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/units.h"
#include "core/mongo/catalog.h"
#include "core/mongo/sampler.h"
#include "tests/conformance/document_source_suite.h"
#include "tests/live/test_server.h"

namespace haul::testing {
namespace {

/// A collection as a source, read whole or in partitions of one kind.
template <Partition::Order kOrder>
struct CollectionMaker {
  std::unique_ptr<DocumentSource> Make(const std::vector<std::string>& documents) {
    server.Run(R"({"create":"c"})");
    server.Insert(documents);
    partition.order = kOrder;
    return std::make_unique<CollectionReader>(
        server.deployment(), server.client(),
        CollectionRead{.ns = server.Ns(), .partition = &partition, .resume_tokens = true});
  }
  TestServer server;
  Partition partition;
};

using Sources = ::testing::Types<
    CollectionMaker<Partition::Order::kWhole>, CollectionMaker<Partition::Order::kIds>,
    CollectionMaker<Partition::Order::kRecordIds>, CollectionMaker<Partition::Order::kQuery>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Collection, DocumentSourceSuite, Sources);

Partition RecordRange(std::optional<std::int64_t> lower, std::optional<std::int64_t> upper) {
  Partition partition;
  partition.order = Partition::Order::kRecordIds;
  partition.lower_record = lower;
  partition.upper_record = upper;
  return partition;
}

Partition IdRange(const std::string& lower, const std::string& upper) {
  Partition partition;
  partition.order = Partition::Order::kIds;
  if (!lower.empty()) partition.lower_id = ParseExtendedJson(lower, "lower");
  if (!upper.empty()) partition.upper_id = ParseExtendedJson(upper, "upper");
  return partition;
}

std::vector<std::string> Read(TestServer& server, const Partition& partition,
                              std::uint32_t reply_documents = 7) {
  CollectionReader reader(server.deployment(), server.client(),
                          {.ns = server.Ns(),
                           .partition = &partition,
                           .reply_documents = reply_documents,
                           .resume_tokens = true});
  return Drain(reader);
}

std::vector<std::string> Slice(const std::vector<std::string>& all, std::size_t from,
                               std::size_t to) {
  return {all.begin() + static_cast<std::ptrdiff_t>(from),
          all.begin() + static_cast<std::ptrdiff_t>(to)};
}

TEST(CollectionReader, CutsARangeOfRecordsExactlyInTheMiddleOfAReply) {
  TestServer server;
  const auto documents = NumberedDocuments(100);
  server.Insert(documents);
  EXPECT_EQ(Read(server, RecordRange({}, 10)), Slice(documents, 0, 10));
  EXPECT_EQ(Read(server, RecordRange(10, 45)), Slice(documents, 10, 45));
  EXPECT_EQ(Read(server, RecordRange(45, {})), Slice(documents, 45, 100));
  EXPECT_EQ(Read(server, RecordRange(45, 46)), Slice(documents, 45, 46));
}

TEST(CollectionReader, CutsARangeOfRecordsWhoseBoundsWereDeleted) {
  TestServer server;
  const auto documents = NumberedDocuments(100);
  server.Insert(documents);
  // The documents of records 20 and 60 (`_id`s 19 and 59).
  server.Run(R"({"delete":"c","deletes":[{"q":{"_id":{"$in":[19,59]}},"limit":0}]})");
  auto expected = Slice(documents, 20, 60);
  expected.pop_back();
  EXPECT_EQ(Read(server, RecordRange(20, 60)), expected) << "from the begin";
  Partition partition = RecordRange(20, 60);
  partition.earlier_records = {20, 15, 3};
  EXPECT_EQ(Read(server, partition), expected) << "from an earlier record";
  server.Run(R"({"delete":"c","deletes":[{"q":{"_id":{"$in":[14,2]}},"limit":0}]})");
  EXPECT_EQ(Read(server, partition), expected) << "from the begin, all earlier ones gone";
}

TEST(CollectionReader, DoesNotTakeADocumentTwiceThatWasDeletedAndInsertedAgain) {
  TestServer server;
  const auto documents = NumberedDocuments(30);
  server.Insert(documents);
  server.Run(R"({"delete":"c","deletes":[{"q":{"_id":9},"limit":0}]})");
  server.Insert({documents[9]});  // now the last record
  EXPECT_EQ(Read(server, RecordRange({}, 10), 100), Slice(documents, 0, 9));
  EXPECT_EQ(Read(server, RecordRange(12, {}), 100).back(), documents[9]);
}

TEST(CollectionReader, AnOpenRangeOfIdsHoldsMinKeyAndMaxKeyOnce) {
  TestServer server;
  server.Run(R"({"insert":"c","documents":[{"_id":{"$minKey":1}},{"_id":1},{"_id":{"$maxKey":1}},
                 {"_id":null},{"_id":{"$numberDouble":"NaN"}},{"_id":{"a":1}},{"_id":"x"}]})");
  EXPECT_EQ(Read(server, IdRange("", "")).size(), 7U);
  EXPECT_EQ(Read(server, IdRange("", "")), Read(server, IdRange("", ""), 1));
  const auto low = Read(server, IdRange("", R"({"_id":"x"})"));
  const auto high = Read(server, IdRange(R"({"_id":"x"})", ""));
  EXPECT_EQ(low.size(), 4U) << "MinKey, null, NaN, 1";
  EXPECT_EQ(high.size(), 3U) << "x, {a: 1}, MaxKey";
}

std::string FailOnce(const std::string& command, int skip, int code) {
  return R"({"configureFailPoint":"failCommand","mode":{"skip":)" + std::to_string(skip) +
         R"(,"times":1},"data":{"failCommands":[")" + command + R"("],"errorCode":)" +
         std::to_string(code) + "}}";
}

TEST(CollectionReader, GoesOnAfterALostCursorWithoutLosingOrRepeatingADocument) {
  const std::vector<std::pair<const char*, Partition>> partitions = [] {
    std::vector<std::pair<const char*, Partition>> all;
    all.emplace_back("ids", IdRange("", ""));
    all.emplace_back("records", RecordRange({}, {}));
    all.emplace_back("whole", Partition{});
    return all;
  }();
  TestServer server;
  const auto documents = NumberedDocuments(200);
  server.Insert(documents);
  for (const auto& [name, partition] : partitions) {
    for (const int code : {43, 91, 11600}) {
      for (const int skip : {0, 3}) {
        server.Run(FailOnce("getMore", skip, code), "admin");
        EXPECT_EQ(Read(server, partition), documents) << name << ", code " << code;
      }
    }
  }
}

TEST(CollectionReader, AQueryIsNotContinuedAfterItsFirstDocument) {
  TestServer server;
  server.Insert(NumberedDocuments(50));
  Partition partition;
  partition.order = Partition::Order::kQuery;
  server.Run(FailOnce("find", 0, 91), "admin");
  EXPECT_EQ(Read(server, partition).size(), 50U) << "nothing was delivered: begun again";
  server.Run(FailOnce("getMore", 0, 91), "admin");
  EXPECT_THROW(Read(server, partition), Error);
}

/// All documents that the partitions of a collection yield, sorted.
std::vector<std::string> ReadParts(TestServer& server, const CollectionSpec& spec,
                                   const std::vector<Partition>& partitions, bool resume_tokens) {
  std::vector<std::string> all;
  for (const Partition& partition : partitions) {
    CollectionReader reader(server.deployment(), server.client(),
                            {.ns = spec.DataNamespace(),
                             .partition = &partition,
                             .reply_documents = 500,
                             .resume_tokens = resume_tokens});
    for (std::string& document : Drain(reader)) all.push_back(std::move(document));
  }
  std::sort(all.begin(), all.end());
  return all;
}

TEST(CutCollection, ItsPartsHoldEveryDocumentOnce) {
  TestServer server;
  auto documents = NumberedDocuments(6000, 10'000);
  std::shuffle(documents.begin(), documents.end(), std::mt19937(1));
  server.Insert(documents);
  std::sort(documents.begin(), documents.end());
  CollectionSpec spec = std::move(
      ListCollections(server.deployment(), server.client(), server.Ns().database).front());
  spec.indexes = ListIndexes(server.deployment(), server.client(), spec.ns).value();
  const CollectionSize size = MeasureCollection(server.deployment(), server.client(), spec.ns);
  for (const bool tokens : {true, false}) {
    const auto partitions = CutCollection(
        server.client(), spec,
        {.size = size, .most = 8, .cache_bytes = std::uint64_t{1} << 40, .resume_tokens = tokens});
    EXPECT_GE(partitions.size(), 2U);
    EXPECT_EQ(partitions.front().order,
              tokens ? Partition::Order::kRecordIds : Partition::Order::kIds);
    EXPECT_TRUE(ReadParts(server, spec, partitions, tokens) == documents);
  }
}

TEST(CutCollection, ShuffledIdsLargerThanTheCacheAreNotReadByIndex) {
  TestServer server;
  auto documents = NumberedDocuments(6000, 10'000);
  std::shuffle(documents.begin(), documents.end(), std::mt19937(1));
  server.Insert(documents);
  CollectionSpec spec = std::move(
      ListCollections(server.deployment(), server.client(), server.Ns().database).front());
  spec.indexes = ListIndexes(server.deployment(), server.client(), spec.ns).value();
  const CollectionSize size = MeasureCollection(server.deployment(), server.client(), spec.ns);
  const auto partitions =
      CutCollection(server.client(), spec, {.size = size, .most = 8, .cache_bytes = kMiB});
  ASSERT_EQ(partitions.size(), 1U);
  EXPECT_EQ(partitions.front().order, Partition::Order::kWhole);
}

}  // namespace
}  // namespace haul::testing
