#include "core/mongo/collection_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/mongo/collection_reader.h"
#include "tests/conformance/document_sink_suite.h"
#include "tests/live/test_server.h"

namespace haul::testing {
namespace {

/// One collection, what was told of it, and the writers on it.
class Target {
 public:
  [[nodiscard]] std::unique_ptr<CollectionWriter> Writer(CollectionWriter::Options options = {}) {
    options.ns = server_.Ns();
    if (options.write_concern.empty()) {
      options.write_concern = ParseExtendedJson(R"({"w":"majority"})", "concern");
    }
    options.on_reject = [this](const RejectedDocument& rejected) {
      const std::lock_guard lock(mutex_);
      rejects_.emplace_back(AsText(rejected.document));
      reasons_.push_back(rejected.reason);
      codes_.push_back(rejected.code);
    };
    return std::make_unique<CollectionWriter>(server_.deployment(), server_.client(), counts_,
                                              std::move(options));
  }
  [[nodiscard]] std::vector<std::string> Stored() {
    const Partition whole;
    CollectionReader reader(server_.deployment(), server_.client(),
                            CollectionRead{.ns = server_.Ns(), .partition = &whole});
    std::vector<std::string> stored;
    Batch batch;
    while (reader.Next(batch)) {
      for (std::size_t i = 0; i < batch.documents(); ++i) stored.emplace_back(AsText(batch.at(i)));
    }
    return stored;
  }
  /// Injects failures: `data` of the fail point failCommand, `mode` as the server takes it.
  void Fail(const std::string& mode, const std::string& data) {
    server_.Run(
        R"({"configureFailPoint":"failCommand","mode":)" + mode + R"(,"data":)" + data + "}",
        "admin");
  }

  TestServer server_;
  WriteCounts counts_;
  std::mutex mutex_;
  std::vector<std::string> rejects_;
  std::vector<std::string> reasons_;
  std::vector<int> codes_;
};

struct CollectionMaker {
  std::unique_ptr<DocumentSink> Make() { return target.Writer(); }
  std::vector<std::string> Stored() { return target.Stored(); }
  static constexpr bool kDiscardsUnfinished = false;
  Target target;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Collection, DocumentSinkSuite, ::testing::Types<CollectionMaker>);

std::string Bson(std::string_view json) {
  return std::string(AsText(ParseExtendedJson(json, "document").bytes()));
}
std::string ZeroDocument(int id) {
  return Bson(R"({"_id":)" + std::to_string(id) + R"(,"t":{"$timestamp":{"t":0,"i":0}},"n":1})");
}
std::vector<std::string> Sorted(std::vector<std::string> documents) {
  std::sort(documents.begin(), documents.end());
  return documents;
}
constexpr const char* kOnce = R"({"times":1})";

TEST(CollectionWriter, CountsDocumentsThatAreThereByteForByteAsPresent) {
  Target target;
  const auto documents = NumberedDocuments(2500, 10);
  target.Writer()->Write(BatchOf(documents));
  target.Writer()->Write(BatchOf(documents));
  EXPECT_EQ(target.counts_.inserted, 2500U);
  EXPECT_EQ(target.counts_.present, 2500U);
  EXPECT_EQ(target.counts_.rejected, 0U);
}

TEST(CollectionWriter, RejectsAnotherDocumentWithTheSameId) {
  Target target;
  target.Writer()->Write(BatchOf({Bson(R"({"_id":1,"a":1})")}));
  target.Writer()->Write(
      BatchOf({Bson(R"({"_id":{"$numberDouble":"1.0"},"a":1})"), Bson(R"({"_id":2})")}));
  EXPECT_EQ(target.rejects_,
            std::vector<std::string>{Bson(R"({"_id":{"$numberDouble":"1.0"},"a":1})")});
  EXPECT_EQ(target.codes_, std::vector<int>{11000});
  EXPECT_EQ(target.counts_.Sum(), 3U);
}

TEST(CollectionWriter, RejectsOneDocumentThatIsNotBsonAndStoresTheOthers) {
  Target target;
  auto documents = NumberedDocuments(300);
  // A string without its terminating 0, in the middle: the server refuses the command as a whole.
  std::string bad = Bson(R"({"_id":"bad","s":"abc"})");
  bad[bad.size() - 2] = 'x';
  documents[150] = bad;
  target.Writer()->Write(BatchOf(documents));
  EXPECT_EQ(target.rejects_, std::vector<std::string>{bad});
  EXPECT_EQ(target.Stored().size(), 299U);
}

TEST(CollectionWriter, RejectsWhatTheServerWillNotParseAndStoresTheOthers) {
  Target target;
  auto documents = NumberedDocuments(64);
  // Below the top level nobody but the server looks: an embedded document with an unknown type.
  std::string bad = Bson(R"({"_id":"bad","in":{"a":{"$numberInt":"1"}}})");
  bad[bad.find("\x10") + 0] = '\x10';
  const std::size_t inner = bad.find(
      "\x10"
      "a");
  ASSERT_NE(inner, std::string::npos);
  bad[inner] = '\x7a';
  documents[20] = bad;
  target.Writer()->Write(BatchOf(documents));
  EXPECT_EQ(target.rejects_, std::vector<std::string>{bad}) << target.counts_.Sum();
  EXPECT_EQ(target.Stored().size(), 63U);
}

TEST(CollectionWriter, StoresZeroTimestampsAsTheyAre) {
  Target target;
  const std::vector<std::string> documents = {Bson(R"({"_id":0})"), ZeroDocument(1),
                                              ZeroDocument(2), Bson(R"({"_id":3})")};
  target.Writer()->Write(BatchOf(documents));
  target.Writer()->Write(BatchOf(documents));
  EXPECT_EQ(Sorted(target.Stored()), Sorted(documents));
  EXPECT_EQ(target.counts_.inserted, 4U);
  EXPECT_EQ(target.counts_.present, 4U);
}

TEST(CollectionWriter, NeverPutsAZeroTimestampOverAnotherDocument) {
  Target target;
  target.Writer()->Write(BatchOf({Bson(R"({"_id":1,"precious":true})")}));
  target.Writer()->Write(BatchOf({ZeroDocument(1)}));
  EXPECT_EQ(target.Stored(), std::vector<std::string>{Bson(R"({"_id":1,"precious":true})")});
  EXPECT_EQ(target.rejects_, std::vector<std::string>{ZeroDocument(1)});
}

TEST(CollectionWriter, KeepsTheOrderOfZeroTimestampsAndOthersWhereItMatters) {
  Target target;
  target.server_.Run(R"({"create":"c","capped":true,"size":1000000})");
  std::vector<std::string> documents;
  for (int i = 0; i < 40; ++i) {
    documents.push_back(i % 3 == 0 ? ZeroDocument(i)
                                   : Bson(R"({"_id":)" + std::to_string(i) + "}"));
  }
  CollectionWriter::Options options;
  options.ordered = true;
  target.Writer(std::move(options))->Write(BatchOf(documents));
  EXPECT_EQ(target.Stored(), documents);
}

TEST(CollectionWriter, GoesOnBehindARejectWhereTheOrderMatters) {
  Target target;
  target.Writer()->Write(BatchOf({Bson(R"({"_id":2,"other":1})"), Bson(R"({"_id":3})")}));
  CollectionWriter::Options options;
  options.ordered = true;
  std::vector<std::string> documents;
  for (int i = 0; i < 6; ++i) documents.push_back(Bson(R"({"_id":)" + std::to_string(i) + "}"));
  target.Writer(std::move(options))->Write(BatchOf(documents));
  EXPECT_EQ(target.rejects_, std::vector<std::string>{documents[2]});
  EXPECT_EQ(target.counts_.present, 1U);
  EXPECT_EQ(target.counts_.inserted, 2U + 4U);
}

TEST(CollectionWriter, PassesOverWhatIsThereWhereTheOrderMatters) {
  Target target;
  target.server_.Run(R"({"create":"c","capped":true,"size":1000000})");
  const auto documents = NumberedDocuments(3000);
  CollectionWriter::Options options;
  options.ordered = true;
  const auto writer = target.Writer(std::move(options));
  Batch half = BatchOf(documents);
  half.Truncate(2000);
  writer->Write(half);
  writer->Write(BatchOf(documents));
  EXPECT_EQ(target.counts_.present, 2000U);
  EXPECT_EQ(target.counts_.inserted, 3000U);
  EXPECT_EQ(target.Stored(), documents);
}

TEST(CollectionWriter, RejectsAZeroTimestampWithoutAnId) {
  Target target;
  const std::string nameless = Bson(R"({"t":{"$timestamp":{"t":0,"i":0}}})");
  target.Writer()->Write(BatchOf({nameless, Bson(R"({"_id":1})")}));
  EXPECT_EQ(target.rejects_, std::vector<std::string>{nameless});
  EXPECT_EQ(target.counts_.inserted, 1U);
}

TEST(CollectionWriter, StoresTheLargestDocumentWithAZeroTimestamp) {
  Target target;
  Document document =
      ParseExtendedJson(R"({"_id":1,"t":{"$timestamp":{"t":0,"i":0}}})", "document");
  const std::string fill(16 * 1024 * 1024 - document.bytes().size() - 8, 'x');
  bson_append_utf8(document.bson(), "s", 1, fill.data(), static_cast<int>(fill.size()));
  const std::string largest(AsText(document.bytes()));
  ASSERT_EQ(largest.size(), 16U * 1024 * 1024);
  target.Writer()->Write(BatchOf({largest}));
  EXPECT_TRUE(target.Stored() == std::vector<std::string>{largest} ||
              target.rejects_ == std::vector<std::string>{largest});
  EXPECT_EQ(target.counts_.Sum(), 1U);
}

TEST(CollectionWriter, StopsAtTheExactDocumentWhereAskedTo) {
  Target target;
  target.Writer()->Write(BatchOf({Bson(R"({"_id":2,"other":1})")}));
  CollectionWriter::Options options;
  options.ordered = true;
  options.stop_on_reject = true;
  const auto writer = target.Writer(std::move(options));
  std::vector<std::string> documents;
  for (int i = 0; i < 6; ++i) documents.push_back(Bson(R"({"_id":)" + std::to_string(i) + "}"));
  EXPECT_THROW(writer->Write(BatchOf(documents)), Error);
  EXPECT_EQ(target.Stored().size(), 3U);
}

TEST(CollectionWriter, SendsAgainWhatALostConnectionBroke) {
  Target target;
  const auto documents = NumberedDocuments(1000, 20);
  target.Fail(R"({"times":3})", R"({"failCommands":["insert"],"closeConnection":true})");
  target.Writer()->Write(BatchOf(documents));
  EXPECT_EQ(target.Stored().size(), 1000U);
  EXPECT_EQ(target.counts_.Sum(), 1000U);
  EXPECT_EQ(target.counts_.rejected, 0U);
}

TEST(CollectionWriter, SendsAgainAfterAStepDown) {
  Target target;
  target.Fail(R"({"times":2})", R"({"failCommands":["insert","update"],"errorCode":10107})");
  target.Writer()->Write(BatchOf({ZeroDocument(1), Bson(R"({"_id":2})")}));
  EXPECT_EQ(target.counts_.inserted, 2U);
}

TEST(CollectionWriter, FindsWhatWasWrittenBeforeAnUnconfirmedWriteConcern) {
  Target target;
  target.Fail(kOnce, R"({"failCommands":["insert"],
                         "writeConcernError":{"code":91,"errmsg":"shutting down"}})");
  target.Writer()->Write(BatchOf(NumberedDocuments(10)));
  EXPECT_EQ(target.counts_.Sum(), 10U);
  EXPECT_EQ(target.counts_.rejected, 0U);
}

TEST(CollectionWriter, ThrowsWhereTheWriteConcernIsNotMet) {
  Target target;
  CollectionWriter::Options options;
  options.write_concern = ParseExtendedJson(R"({"w":9,"wtimeout":100})", "concern");
  const auto writer = target.Writer(std::move(options));
  EXPECT_THROW(writer->Write(BatchOf({Bson(R"({"_id":1})")})), Error);
}

TEST(CollectionWriter, ReportsTheLackOfRightsAsSuch) {
  Target target;
  target.Fail(kOnce, R"({"failCommands":["insert"],"errorCode":13})");
  try {
    target.Writer()->Write(BatchOf({Bson(R"({"_id":1})")}));
    FAIL() << "it was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kDenied);
  }
}

TEST(CollectionWriter, RejectsDuplicatesThatItMayNotRead) {
  Target target;
  target.Writer()->Write(BatchOf({Bson(R"({"_id":1})")}));
  target.Fail(kOnce, R"({"failCommands":["find"],"errorCode":13})");
  target.Writer()->Write(BatchOf({Bson(R"({"_id":1})")}));
  ASSERT_EQ(target.reasons_.size(), 1U);
  EXPECT_NE(target.reasons_.front().find("not compared"), std::string::npos);
}

TEST(CollectionWriter, RejectsZeroTimestampsThatItMayNotKeep) {
  Target target;
  target.Fail(kOnce, R"({"failCommands":["update"],"errorCode":13})");
  target.Writer()->Write(BatchOf({ZeroDocument(1)}));
  EXPECT_EQ(target.rejects_, std::vector<std::string>{ZeroDocument(1)});
  EXPECT_TRUE(target.Stored().empty());
}

TEST(CollectionWriter, ComparesAgainWhereTheReadWasInterrupted) {
  Target target;
  target.Writer()->Write(BatchOf({Bson(R"({"_id":1})")}));
  target.Fail(R"({"times":3})", R"({"failCommands":["find"],"errorCode":11602})");
  target.Writer()->Write(BatchOf({Bson(R"({"_id":1})")}));
  EXPECT_EQ(target.counts_.present, 1U);
}

}  // namespace
}  // namespace haul::testing
