#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/pipeline/stop.h"
#include "restore/input.h"
#include "restore/plan.h"
#include "tests/conformance/test_documents.h"

namespace haul::testing {

/// Collections of a dump by name, all in the database shop.
using FedCollections = std::map<std::string, std::vector<std::string>>;

/// The contract of RestoreFeed in restore/input.h, run on one implementation. `Maker` is
/// default-constructible, owns the dump, and offers
///
///   RestoreOptions Options(const FedCollections& collections);   // what restores a dump of these
///
///   using MyFeeds = ::testing::Types<MyMaker>;
///   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, RestoreFeedSuite, MyFeeds);
template <typename Maker>
class RestoreFeedSuite : public ::testing::Test {
 protected:
  RestoreFeed& Feed(const FedCollections& collections, std::size_t workers_per_collection = 0) {
    options_ = maker_.Options(collections);
    options_.jobs = kWorkers;
    options_.workers_per_collection = workers_per_collection;
    plan_ = MakeRestorePlan(options_);
    feed_ = plan_.input->NewFeed(plan_, options_, stop_);
    return *feed_;
  }
  [[nodiscard]] std::string NameOf(const Claim& claim) const {
    return plan_.collections.at(claim.collection).spec.ns.collection;
  }

  /// What several workers get, each document where it belongs.
  struct Got {
    FedCollections documents;
    std::map<std::string, int> completed;
    bool late = false;  ///< documents of a collection after it was complete
    std::size_t most_at_once = 0;
  };
  Got RunWorkersOn(RestoreFeed& feed) {
    Got got;
    std::mutex mutex;
    std::map<std::string, std::size_t> at_work;
    const auto work = [&] {
      Claim claim;
      std::optional<std::string> holds;
      while (true) {
        if (holds) {
          const std::lock_guard lock(mutex);
          --at_work[*holds];
        }
        holds.reset();
        if (!feed.Next(claim)) return;
        const std::string name = NameOf(claim);
        const std::lock_guard lock(mutex);
        if (claim.kind == Claim::Kind::kComplete) {
          ++got.completed[name];
          continue;
        }
        got.late = got.late || got.completed.contains(name);
        got.most_at_once = std::max(got.most_at_once, ++at_work[name]);
        holds = name;
        for (std::string& document : DocumentsOf(claim.batch)) {
          got.documents[name].push_back(std::move(document));
        }
      }
    };
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < kWorkers; ++i) workers.emplace_back(work);
    for (std::thread& worker : workers) worker.join();
    return got;
  }

  static constexpr std::size_t kWorkers = 4;
  Maker maker_;
  RestoreOptions options_;
  RestorePlan plan_;
  StopFlag stop_;
  std::unique_ptr<RestoreFeed> feed_;
};

TYPED_TEST_SUITE_P(RestoreFeedSuite);

TYPED_TEST_P(RestoreFeedSuite, HandsOutEveryDocumentOnceAndCompletesEachCollectionOnce) {
  const FedCollections collections = {{"a", NumberedDocuments(150, 100 * 1024)},
                                      {"b", NumberedDocuments(2000, 40)},
                                      {"empty", {}},
                                      {"one", NumberedDocuments(1)}};
  RestoreFeed& feed = this->Feed(collections);
  auto got = this->RunWorkersOn(feed);
  EXPECT_FALSE(got.late);
  for (const auto& [name, documents] : collections) {
    EXPECT_EQ(got.completed[name], 1) << name;
    std::multiset<std::string> expected(documents.begin(), documents.end());
    const auto& found = got.documents[name];
    EXPECT_TRUE(std::multiset<std::string>(found.begin(), found.end()) == expected) << name;
  }
  for (std::size_t i = 0; i < this->plan_.collections.size(); ++i) {
    EXPECT_EQ(feed.Documents(i).handed_out,
              collections.at(this->plan_.collections[i].spec.ns.collection).size());
  }
  EXPECT_NO_THROW(static_cast<void>(feed.Finish()));
}

TYPED_TEST_P(RestoreFeedSuite, KeepsTheOrderWhereOneWorkerMayWriteToACollection) {
  const FedCollections collections = {{"a", NumberedDocuments(150, 100 * 1024)},
                                      {"b", NumberedDocuments(150, 100 * 1024)}};
  const auto got = this->RunWorkersOn(this->Feed(collections, 1));
  EXPECT_TRUE(got.documents == collections);
  EXPECT_EQ(got.most_at_once, 1U);
}

TYPED_TEST_P(RestoreFeedSuite, EndsForAllWhereAStopIsRequested) {
  RestoreFeed& feed = this->Feed({{"a", NumberedDocuments(150, 100 * 1024)}});
  Claim claim;
  ASSERT_TRUE(feed.Next(claim));
  this->stop_.Request();
  EXPECT_FALSE(feed.Next(claim));
  const auto got = this->RunWorkersOn(feed);
  EXPECT_TRUE(got.documents.empty());
  EXPECT_TRUE(got.completed.empty());
}

TYPED_TEST_P(RestoreFeedSuite, LeavesAllToBeReadAfterItWasLookedThrough) {
  const FedCollections collections = {{"a", NumberedDocuments(20)}, {"b", NumberedDocuments(30)}};
  RestoreFeed& feed = this->Feed(collections, 1);
  ASSERT_TRUE(feed.CanVerify());
  for (std::size_t part = 0; part < 2; ++part)
    feed.Verify(part, 2, [](std::size_t) { return true; });
  EXPECT_TRUE(this->RunWorkersOn(feed).documents == collections);
}

TYPED_TEST_P(RestoreFeedSuite, NamesWhatHoldsEachCollection) {
  const RestoreFeed& feed = this->Feed({{"a", NumberedDocuments(1)}});
  EXPECT_NE(feed.Name(0).find("a"), std::string::npos);
}

REGISTER_TYPED_TEST_SUITE_P(RestoreFeedSuite,
                            HandsOutEveryDocumentOnceAndCompletesEachCollectionOnce,
                            KeepsTheOrderWhereOneWorkerMayWriteToACollection,
                            EndsForAllWhereAStopIsRequested,
                            LeavesAllToBeReadAfterItWasLookedThrough, NamesWhatHoldsEachCollection);

}  // namespace haul::testing
