#include "core/mongo/keyed_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/mongo/collection_reader.h"
#include "tests/live/test_server.h"
#include "tests/support/expect_error.h"

namespace haul::testing {
namespace {

std::string Bson(std::string_view json) {
  return std::string(AsText(ParseExtendedJson(json, "document").bytes()));
}

/// One collection, a key, and what was told of what was written.
class Target {
 public:
  explicit Target(std::vector<std::string> key = {"k"}) : key_(std::move(key), "key") {}

  void Write(KeyedMode mode, const std::vector<std::string>& jsons,
             KeyedWriter::Options options = {}) {
    Batch batch;
    for (const std::string& json : jsons) batch.Append(AsBytes(Bson(json)));
    WriteBatch(mode, batch, std::move(options));
  }
  void WriteBatch(KeyedMode mode, const Batch& batch, KeyedWriter::Options options = {}) {
    options.ns = server_.Ns();
    options.mode = mode;
    options.on_reject = [this](const RejectedDocument& rejected) {
      rejects_[rejected.index] = {rejected.code, rejected.reason};
    };
    options.on_outcome = [this](std::size_t index, KeyedOutcome outcome) {
      outcomes_[index] += outcome == KeyedOutcome::kInserted ? 'i' : 'f';
    };
    KeyedWriter writer(server_.deployment(), server_.client(), key_, counts_, std::move(options));
    writer.Write(batch);
    writer.Finish();
  }
  /// Without `_id`, sorted.
  [[nodiscard]] std::vector<std::string> Stored(bool with_id = false) {
    const Partition whole;
    CollectionReader reader(server_.deployment(), server_.client(),
                            CollectionRead{.ns = server_.Ns(), .partition = &whole});
    std::vector<std::string> stored;
    Batch batch;
    while (reader.Next(batch)) {
      for (std::size_t i = 0; i < batch.documents(); ++i) {
        std::string json = ToCanonicalJson(batch.at(i));
        if (!with_id) json = "{" + json.substr(json.find("},") + 2);
        stored.push_back(std::move(json));
      }
    }
    std::sort(stored.begin(), stored.end());
    return stored;
  }
  void Fail(const std::string& mode, const std::string& data) {
    server_.Run(
        R"({"configureFailPoint":"failCommand","mode":)" + mode + R"(,"data":)" + data + "}",
        "admin");
  }
  void Index(const std::string& key, const std::string& more = R"("unique":true)") {
    server_.Run(R"({"createIndexes":"c","indexes":[{"name":"i","key":)" + key + "," + more + "}]}");
  }
  [[nodiscard]] std::vector<std::uint64_t> Counts() const {
    return {counts_.inserted, counts_.present, counts_.updated,
            counts_.deleted,  counts_.absent,  counts_.rejected};
  }

  TestServer server_;
  KeyFields key_;
  KeyedCounts counts_;
  std::map<std::size_t, std::pair<int, std::string>> rejects_;
  std::map<std::size_t, std::string> outcomes_;
};

using Numbers = std::vector<std::uint64_t>;
using Texts = std::vector<std::string>;
std::string Canonical(std::string_view json) {
  return ToCanonicalJson(ParseExtendedJson(json, "document").bytes());
}
constexpr const char* kOnce = R"({"times":1})";

TEST(KeyedWriter, InsertsWhatIsAbsentAndLeavesTheRestAsItIs) {
  Target target;
  target.Write(KeyedMode::kInsertIfAbsent, {R"({"z":1,"k":"a"})", R"({"k":"b","a":2})"});
  target.Write(KeyedMode::kInsertIfAbsent, {R"({"z":9,"k":"a"})", R"({"k":"c"})"});
  EXPECT_EQ(target.Counts(), (Numbers{3, 1, 0, 0, 0, 0}));
  EXPECT_EQ(target.Stored(), (Texts{Canonical(R"({"k":"b","a":2})"), Canonical(R"({"k":"c"})"),
                                    Canonical(R"({"z":1,"k":"a"})")}));
  EXPECT_EQ(target.outcomes_[0], "if");
  EXPECT_EQ(target.outcomes_[1], "ii");
}

TEST(KeyedWriter, InsertsByIdOnlyWhatIsAbsent) {
  Target target({"_id"});
  target.Write(KeyedMode::kInsertIfAbsent, {R"({"_id":{"a":1},"n":1})", R"({"_id":2})"});
  target.Write(KeyedMode::kInsertIfAbsent, {R"({"_id":{"a":1},"n":2})", R"({"_id":3})"});
  EXPECT_EQ(target.Counts(), (Numbers{3, 1, 0, 0, 0, 0}));
  EXPECT_EQ(target.Stored(true).back(), Canonical(R"({"_id":{"a":1},"n":1})"));
}

TEST(KeyedWriter, RejectsAnIdThatIsThereWithAnotherRestOfTheKey) {
  Target target({"_id", "k"});
  target.Write(KeyedMode::kInsertIfAbsent, {R"({"_id":1,"k":1})"});
  target.Write(KeyedMode::kInsertIfAbsent, {R"({"_id":1,"k":2})", R"({"_id":1,"k":1,"n":1})"});
  EXPECT_EQ(target.Counts(), (Numbers{1, 1, 0, 0, 0, 1}));
  EXPECT_EQ(target.rejects_[0].first, 11000);
}

TEST(KeyedWriter, StoresNamesThatLookLikeOperatorsOrPathsAndZeroTimestampsAsTheyAre) {
  const std::string odd = R"({"k":1,"$set":{"x":1},"a.b":2,"":3,"t":{"$timestamp":{"t":0,"i":0}}})";
  for (const KeyedMode mode :
       {KeyedMode::kInsertIfAbsent, KeyedMode::kReplace, KeyedMode::kMerge}) {
    Target target;
    target.Write(mode, {odd});
    EXPECT_EQ(target.Stored(), Texts{Canonical(odd)});
    target.Write(mode, {odd});
    EXPECT_EQ(target.Stored(), Texts{Canonical(odd)});
    EXPECT_EQ(target.counts_.Sum(), 2U);
    EXPECT_EQ(target.counts_.rejected, 0U);
  }
}

TEST(KeyedWriter, ReplacesWholeDocumentsAndKeepsTheirId) {
  Target target;
  target.server_.Insert({Bson(R"({"_id":7,"k":1,"old":true})")});
  target.Write(KeyedMode::kReplace, {R"({"k":1,"new":1})", R"({"k":2})"});
  target.Write(KeyedMode::kReplace, {R"({"_id":7,"k":1,"new":1})"});
  EXPECT_EQ(target.Counts(), (Numbers{1, 1, 1, 0, 0, 0}));
  EXPECT_EQ(target.Stored(true).front(), Canonical(R"({"_id":7,"k":1,"new":1})"));
}

TEST(KeyedWriter, MergesTopLevelFieldsAndInsertsWhatIsAbsent) {
  Target target;
  target.server_.Insert({Bson(R"({"_id":7,"k":1,"stays":true,"in":{"a":1}})")});
  target.Write(KeyedMode::kMerge, {R"({"k":1,"in":{"b":2},"new":null})", R"({"b":1,"k":2})"});
  EXPECT_EQ(target.Counts(), (Numbers{1, 0, 1, 0, 0, 0}));
  EXPECT_EQ(target.Stored(), (Texts{Canonical(R"({"k":1,"stays":true,"in":{"b":2},"new":null})"),
                                    Canonical(R"({"k":2,"b":1})")}));
}

TEST(KeyedWriter, DeletesOneDocumentARowAndCountsWhatWasNotThere) {
  Target target;
  target.server_.Insert(
      {Bson(R"({"_id":1,"k":1})"), Bson(R"({"_id":2,"k":1})"), Bson(R"({"_id":3,"k":2})")});
  target.Write(KeyedMode::kDelete, {R"({"k":1})", R"({"k":5})", R"({"k":2,"x":1})"});
  EXPECT_EQ(target.Counts(), (Numbers{0, 0, 0, 2, 1, 0}));
  EXPECT_EQ(target.Stored().size(), 1U);
}

TEST(KeyedWriter, RejectsDocumentsWithoutAPartOfTheKey) {
  for (const KeyedMode mode :
       {KeyedMode::kInsertIfAbsent, KeyedMode::kReplace, KeyedMode::kMerge, KeyedMode::kDelete}) {
    Target target({"a", "b.c"});
    target.Write(mode, {R"({"a":1})", R"({"a":null,"b":{"c":1}})", R"({"a":1,"b":{"c":1}})"});
    EXPECT_EQ(target.counts_.rejected, 2U);
    EXPECT_EQ(target.rejects_[0].second, "key field 'b.c' is absent or null");
    EXPECT_EQ(target.rejects_[1].second, "key field 'a' is absent or null");
  }
}

TEST(KeyedWriter, TakesArraysDocumentsAndReferencesAsKeys) {
  const Texts keys{R"({"k":[1,"b"]})", R"({"k":{"x":1,"y":2}})", R"({"k":{"$ref":"c","$id":1}})",
                   R"({"k":{"$regularExpression":{"pattern":"a","options":""}}})"};
  Target target;
  target.Write(KeyedMode::kInsertIfAbsent, keys);
  target.Write(KeyedMode::kInsertIfAbsent, keys);
  EXPECT_EQ(target.Counts(), (Numbers{4, 4, 0, 0, 0, 0}));
}

TEST(KeyedWriter, FindsByNestedKeysWithoutChangingTheDocument) {
  Target target({"k.n", "t"});
  const std::string document = R"({"t":1,"k":{"z":1,"n":5}})";
  target.Write(KeyedMode::kInsertIfAbsent, {document});
  target.Write(KeyedMode::kInsertIfAbsent, {R"({"t":1,"k":{"n":{"$numberLong":"5"}}})"});
  EXPECT_EQ(target.Counts(), (Numbers{1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(target.Stored(), Texts{Canonical(document)});
}

TEST(KeyedWriter, WritesOneKeyInTheOrderOfTheBatch) {
  Target target;
  Texts documents;
  for (int i = 0; i < 40; ++i) {
    documents.push_back(R"({"k":)" + std::to_string(i % 3) + R"(,"n":)" + std::to_string(i) + "}");
  }
  target.Write(KeyedMode::kReplace, documents);
  EXPECT_EQ(target.Counts(), (Numbers{3, 0, 37, 0, 0, 0}));
  EXPECT_EQ(target.Stored(), (Texts{Canonical(R"({"k":0,"n":39})"), Canonical(R"({"k":1,"n":37})"),
                                    Canonical(R"({"k":2,"n":38})")}));
}

TEST(KeyedWriter, RejectsWhatAnotherUniqueIndexRefusesAndWritesTheRest) {
  Target target;
  target.Index(R"({"email":1})");
  target.server_.Insert({Bson(R"({"_id":1,"k":0,"email":"x"})")});
  target.Write(KeyedMode::kInsertIfAbsent,
               {R"({"k":1,"email":"a"})", R"({"k":2,"email":"x"})", R"({"k":3,"email":"b"})"});
  EXPECT_EQ(target.Counts(), (Numbers{2, 0, 0, 0, 0, 1}));
  EXPECT_EQ(target.rejects_[1].first, 11000);
  EXPECT_NE(target.rejects_[1].second.find("index: i dup key: { email: \"x\" }"),
            std::string::npos);
}

TEST(KeyedWriter, RejectsWhatTheIndexOnTheKeyTakesForEqualAndTheQueryDoesNot) {
  Target target;
  target.Index(R"({"k":1})", R"("unique":true,"collation":{"locale":"en","strength":2})");
  target.Write(KeyedMode::kReplace, {R"({"k":"a"})", R"({"k":"A"})"});
  EXPECT_EQ(target.Counts(), (Numbers{1, 0, 0, 0, 0, 1}));
  EXPECT_EQ(target.rejects_[1].first, 11000);
}

TEST(KeyedWriter, RejectsWhatAValidatorRefuses) {
  Target target;
  target.server_.Run(R"({"create":"c","validator":{"n":{"$lt":{"$numberInt":"100"}}}})");
  Texts documents;
  for (int i = 0; i < 200; ++i) {
    documents.push_back(R"({"k":)" + std::to_string(i) + R"(,"n":)" + std::to_string(i) + "}");
  }
  target.Write(KeyedMode::kMerge, documents);
  EXPECT_EQ(target.Counts(), (Numbers{100, 0, 0, 0, 0, 100}));
  EXPECT_EQ(target.rejects_.begin()->first, 100U);
  EXPECT_EQ(target.rejects_[150].first, 121);
  KeyedWriter::Options options;
  options.bypass_validation = true;
  target.Write(KeyedMode::kMerge, documents, std::move(options));
  EXPECT_EQ(target.counts_.inserted, 200U);
}

TEST(KeyedWriter, RejectsAnotherIdThanTheStoredOne) {
  for (const KeyedMode mode : {KeyedMode::kReplace, KeyedMode::kMerge}) {
    Target target;
    target.server_.Insert({Bson(R"({"_id":1,"k":1})")});
    target.Write(mode, {R"({"_id":2,"k":1})"});
    EXPECT_EQ(target.rejects_[0].first, 66);
    EXPECT_EQ(target.Stored(true), Texts{Canonical(R"({"_id":1,"k":1})")});
  }
}

TEST(KeyedWriter, StopsAtTheFirstRejectWhereThatIsAskedFor) {
  Target target;
  KeyedWriter::Options options;
  options.ordered = true;
  options.stop_on_reject = true;
  target.server_.Run(R"({"create":"c","validator":{"n":1}})");
  ExpectError(
      [&] {
        target.Write(KeyedMode::kReplace, {R"({"k":1,"n":1})", R"({"k":2})", R"({"k":3,"n":1})"},
                     std::move(options));
      },
      ExitCode::kRejected,
      "upsert into StopsAtTheFirstRejectWhereThatIsAskedFor.c: stopped at the first rejected "
      "document: Document failed validation");
  EXPECT_EQ(target.Counts(), (Numbers{1, 0, 0, 0, 0, 1}));
}

TEST(KeyedWriter, GoesOnBehindARejectInOrder) {
  Target target;
  KeyedWriter::Options options;
  options.ordered = true;
  target.server_.Run(R"({"create":"c","validator":{"n":{"$exists":true}}})");
  target.Write(KeyedMode::kReplace,
               {R"({"k":1,"n":1})", R"({"k":2})", R"({"k":1,"n":2})", R"({"k":3})"},
               std::move(options));
  EXPECT_EQ(target.Counts(), (Numbers{1, 0, 1, 0, 0, 2}));
}

TEST(KeyedWriter, SendsAgainAfterALostConnectionAndAStepDown) {
  for (const std::string failure : {R"({"failCommands":["update"],"closeConnection":true})",
                                    R"({"failCommands":["update"],"errorCode":11602})",
                                    R"({"failCommands":["update"],"errorCode":91})"}) {
    Target target;
    target.Fail(kOnce, failure);
    Texts documents;
    for (int i = 0; i < 50; ++i) documents.push_back(R"({"k":)" + std::to_string(i) + "}");
    target.Write(KeyedMode::kInsertIfAbsent, documents);
    EXPECT_EQ(target.Counts(), (Numbers{50, 0, 0, 0, 0, 0})) << failure;
  }
}

TEST(KeyedWriter, EndsWithAnErrorWhereTheWriteConcernFails) {
  Target target;
  target.Fail(kOnce,
              R"({"failCommands":["update"],"writeConcernError":{"code":64,"errmsg":"slow"}})");
  EXPECT_EQ(Caught([&] { target.Write(KeyedMode::kReplace, {R"({"k":1})"}); })->code(),
            ExitCode::kFailure);
}

TEST(KeyedWriter, TwoRunsAtOnceInsertEachKeyOnce) {
  Target target;
  target.Index(R"({"k":1})");
  constexpr int kRuns = 4;
  constexpr int kKeys = 300;
  Batch batch;
  for (int i = 0; i < kKeys; ++i) {
    batch.Append(AsBytes(Bson(R"({"k":)" + std::to_string(i) + "}")));
  }
  std::vector<std::thread> runs;
  for (int run = 0; run < kRuns; ++run) {
    runs.emplace_back([&] {
      const Client client = target.server_.deployment().Acquire();
      KeyedWriter::Options options;
      options.ns = target.server_.Ns();
      KeyedWriter(target.server_.deployment(), client, target.key_, target.counts_,
                  std::move(options))
          .Write(batch);
    });
  }
  for (std::thread& run : runs) run.join();
  EXPECT_EQ(target.Counts(), (Numbers{kKeys, kKeys * (kRuns - 1), 0, 0, 0, 0}));
  EXPECT_EQ(target.Stored().size(), std::size_t{kKeys});
}

}  // namespace
}  // namespace haul::testing
