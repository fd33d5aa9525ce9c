#include "formats/document_feed.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/test_documents.h"

namespace haul {
namespace {

using testing::NumberedDocument;

/// Batches of documents that carry their number, and then an end or a fault.
class Numbers final : public DocumentSource {
 public:
  Numbers(std::vector<int> batches, std::optional<Error> fault = std::nullopt)
      : batches_(std::move(batches)), fault_(std::move(fault)) {}

  [[nodiscard]] bool Next(Batch& batch) override {
    batch.Clear();
    if (next_ == batches_.size()) {
      if (fault_) throw *fault_;
      return false;
    }
    for (int i = 0; i < batches_[next_]; ++i) batch.Append(AsBytes(NumberedDocument(number_++)));
    ++next_;
    return true;
  }
  [[nodiscard]] std::size_t batches_read() const { return next_; }

 private:
  std::vector<int> batches_;
  std::optional<Error> fault_;
  std::size_t next_ = 0;
  std::int64_t number_ = 0;
};

struct Taken {
  std::vector<std::uint64_t> documents;
  std::vector<std::uint64_t> turns;
  std::vector<std::string> faults;
};

Taken TakeAll(DocumentSource& source, DocumentRange range) {
  DocumentFeed feed(source, range);
  Taken taken;
  Batch batch;
  ClaimScratch scratch;
  Portion portion;
  while (feed.Next(batch, scratch, portion)) {
    taken.turns.push_back(portion.turn);
    for (std::size_t i = portion.begin; i < portion.end; ++i) {
      EXPECT_EQ(AsText(batch.at(i)),
                NumberedDocument(static_cast<std::int64_t>(portion.first + i)));
      taken.documents.push_back(portion.first + i);
    }
    if (portion.fault) taken.faults.push_back(portion.fault->message());
  }
  return taken;
}

std::vector<std::uint64_t> Numbered(std::uint64_t begin, std::uint64_t end) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = begin; i < end; ++i) numbers.push_back(i);
  return numbers;
}

TEST(DocumentFeed, HandsOutExactlyTheRangeWithTurnsWithoutAGap) {
  for (std::uint64_t skip = 0; skip < 12; ++skip) {
    for (std::uint64_t limit = 0; limit < 12; ++limit) {
      Numbers source({3, 1, 4});
      const Taken taken = TakeAll(source, {.skip = skip, .limit = limit});
      const std::uint64_t end = std::min<std::uint64_t>(8, skip + limit);
      EXPECT_EQ(taken.documents, Numbered(std::min<std::uint64_t>(8, skip), end));
      EXPECT_EQ(taken.turns, Numbered(0, taken.turns.size()));
    }
  }
}

TEST(DocumentFeed, ReadsNoBatchBehindTheLimit) {
  Numbers source({3, 3, 3});
  EXPECT_EQ(TakeAll(source, {.skip = 0, .limit = 3}).documents, Numbered(0, 3));
  EXPECT_EQ(source.batches_read(), 1U);
}

TEST(DocumentFeed, HandsOutAFaultBehindTheDocumentsBeforeIt) {
  Numbers source({2, 2}, Error(ExitCode::kCorrupt, "cut"));
  const Taken taken = TakeAll(source, {.skip = 1});
  EXPECT_EQ(taken.documents, Numbered(1, 4));
  EXPECT_EQ(taken.faults, std::vector<std::string>{"cut"});
}

TEST(DocumentFeed, TellsOfAFaultThoughAllIsSkipped) {
  Numbers source({2}, Error(ExitCode::kCorrupt, "cut"));
  EXPECT_EQ(TakeAll(source, {.skip = 100}).faults, std::vector<std::string>{"cut"});
}

}  // namespace
}  // namespace haul
