#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/pipeline/document_sink.h"
#include "tests/conformance/test_documents.h"

namespace haul::testing {

/// The contract of core/pipeline/document_sink.h, run on one implementation. `Maker` is
/// default-constructible, owns the target, and offers
///
///   std::unique_ptr<DocumentSink> Make();    // a sink on that one target; called several times
///   std::vector<std::string> Stored();       // what counts in the target, in any order; called
///   once,
///                                            // when every sink is finished or destroyed
///   static constexpr bool kDiscardsUnfinished;  // a sink destroyed unfinished leaves nothing
///
///   using MySinks = ::testing::Types<MyMaker>;
///   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, DocumentSinkSuite, MySinks);
template <typename Maker>
class DocumentSinkSuite : public ::testing::Test {
 protected:
  /// What is stored, in the order of the `_id`s that NumberedDocument gives.
  std::vector<std::string> Stored() {
    std::vector<std::string> stored = maker_.Stored();
    std::sort(stored.begin(), stored.end(),
              [](const std::string& a, const std::string& b) { return NumberOf(a) < NumberOf(b); });
    return stored;
  }

  Maker maker_;

 private:
  // Behind the document's length, the type and the name "_id": a little-endian int64.
  static std::int64_t NumberOf(const std::string& document) {
    std::int64_t number = 0;
    std::copy_n(document.data() + 9, sizeof number, reinterpret_cast<char*>(&number));
    return number;
  }
};

[[nodiscard]] inline Batch BatchOf(const std::vector<std::string>& documents) {
  Batch batch;
  for (const std::string& document : documents) batch.Append(AsBytes(document));
  return batch;
}

TYPED_TEST_SUITE_P(DocumentSinkSuite);

TYPED_TEST_P(DocumentSinkSuite, HoldsWhatWasWrittenOnceFinished) {
  const std::vector<std::string> documents = NumberedDocuments(500, 30);
  const auto sink = this->maker_.Make();
  sink->Write(BatchOf(documents));
  sink->Finish();
  EXPECT_TRUE(this->Stored() == documents);
}

TYPED_TEST_P(DocumentSinkSuite, HoldsNothingWhereNothingWasWritten) {
  const auto sink = this->maker_.Make();
  sink->Finish();
  EXPECT_TRUE(this->Stored().empty());
}

TYPED_TEST_P(DocumentSinkSuite, LetsTheBatchBeReusedAtOnce) {
  const std::vector<std::string> documents = NumberedDocuments(60, 200);
  const auto sink = this->maker_.Make();
  Batch batch;
  for (std::size_t i = 0; i < documents.size(); i += 3) {
    batch.Clear();
    for (std::size_t k = i; k < i + 3; ++k) batch.Append(AsBytes(documents[k]));
    sink->Write(batch);
    batch.Clear();
    batch.Append(AsBytes(NumberedDocument(-1, 700)));
  }
  sink->Finish();
  EXPECT_TRUE(this->Stored() == documents);
}

TYPED_TEST_P(DocumentSinkSuite, TakesADocumentOfTheServersMaximum) {
  const std::size_t overhead = NumberedDocument(0).size();
  const std::vector<std::string> documents = {
      NumberedDocument(0), NumberedDocument(1, 16 * 1024 * 1024 - overhead), NumberedDocument(2)};
  const auto sink = this->maker_.Make();
  sink->Write(BatchOf(documents));
  sink->Finish();
  EXPECT_TRUE(this->Stored() == documents);
}

TYPED_TEST_P(DocumentSinkSuite, SharesItsTargetWithOtherSinks) {
  const std::vector<std::string> documents = NumberedDocuments(40, 10);
  const auto even = this->maker_.Make();
  const auto odd = this->maker_.Make();
  for (std::size_t i = 0; i < documents.size(); ++i) {
    (i % 2 == 0 ? even : odd)->Write(BatchOf({documents[i]}));
  }
  even->Finish();
  odd->Finish();
  EXPECT_TRUE(this->Stored() == documents);
}

TYPED_TEST_P(DocumentSinkSuite, LeavesNothingWhereItIsDestroyedUnfinished) {
  if constexpr (TypeParam::kDiscardsUnfinished) {
    this->maker_.Make()->Write(BatchOf(NumberedDocuments(3)));
    EXPECT_TRUE(this->Stored().empty());
  }
}

REGISTER_TYPED_TEST_SUITE_P(DocumentSinkSuite, HoldsWhatWasWrittenOnceFinished,
                            HoldsNothingWhereNothingWasWritten, LetsTheBatchBeReusedAtOnce,
                            TakesADocumentOfTheServersMaximum, SharesItsTargetWithOtherSinks,
                            LeavesNothingWhereItIsDestroyedUnfinished);

}  // namespace haul::testing
