#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/pipeline/document_source.h"
#include "tests/conformance/test_documents.h"

namespace haul::testing {

/// The contract of core/pipeline/document_source.h, run on one implementation. `Maker` is
/// default-constructible, owns whatever the source reads, and offers
///
///   std::unique_ptr<DocumentSource> Make(const std::vector<std::string>& documents);
///
/// a source of these documents in this order (their `_id`s ascend). It is called once an instance.
///
///   using MySources = ::testing::Types<MyMaker>;
///   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, DocumentSourceSuite, MySources);
template <typename Maker>
class DocumentSourceSuite : public ::testing::Test {
 protected:
  DocumentSource& Source(const std::vector<std::string>& documents) {
    source_ = maker_.Make(documents);
    return *source_;
  }
  void DestroySource() { source_.reset(); }

  Maker maker_;
  std::unique_ptr<DocumentSource> source_;
};

/// All that is left in the source.
[[nodiscard]] inline std::vector<std::string> Drain(DocumentSource& source) {
  std::vector<std::string> all;
  Batch batch;
  while (source.Next(batch)) {
    for (std::string& document : DocumentsOf(batch)) all.push_back(std::move(document));
  }
  return all;
}

TYPED_TEST_SUITE_P(DocumentSourceSuite);

TYPED_TEST_P(DocumentSourceSuite, YieldsEveryDocumentByteForByteInOrder) {
  const std::vector<std::string> documents = NumberedDocuments(3000, 40);
  EXPECT_TRUE(Drain(this->Source(documents)) == documents);
}

TYPED_TEST_P(DocumentSourceSuite, EndsAtOnceWhereThereIsNothing) {
  DocumentSource& source = this->Source({});
  Batch batch;
  EXPECT_FALSE(source.Next(batch));
  EXPECT_TRUE(batch.empty());
}

TYPED_TEST_P(DocumentSourceSuite, StaysAtTheEndEverAfterWithAnEmptyBatch) {
  DocumentSource& source = this->Source(NumberedDocuments(2));
  Batch batch;
  while (source.Next(batch)) {
    EXPECT_FALSE(batch.empty());
  }
  for (int again = 0; again < 3; ++again) {
    EXPECT_FALSE(source.Next(batch));
    EXPECT_TRUE(batch.empty());
    EXPECT_EQ(batch.bytes().size(), 0U);
  }
}

TYPED_TEST_P(DocumentSourceSuite, ClearsWhatTheBatchHeldBefore) {
  DocumentSource& source = this->Source(NumberedDocuments(1));
  Batch batch;
  batch.Append(AsBytes(NumberedDocument(99)));
  ASSERT_TRUE(source.Next(batch));
  ASSERT_EQ(batch.documents(), 1U);
  EXPECT_EQ(AsText(batch.front()), NumberedDocument(0));
}

TYPED_TEST_P(DocumentSourceSuite, KeepsBatchesNearTheirSize) {
  constexpr int kDocuments = 240;
  DocumentSource& source = this->Source(NumberedDocuments(kDocuments, 100 * 1024));
  Batch batch;
  std::size_t documents = 0;
  while (source.Next(batch)) {
    documents += batch.documents();
    EXPECT_LE(batch.bytes().size(), kBatchBytes * 3 / 2);
  }
  EXPECT_EQ(documents, kDocuments);
}

TYPED_TEST_P(DocumentSourceSuite, PassesADocumentOfTheServersMaximum) {
  const std::size_t overhead = NumberedDocument(0).size();
  const std::vector<std::string> documents = {
      NumberedDocument(0), NumberedDocument(1, 16 * 1024 * 1024 - overhead), NumberedDocument(2)};
  EXPECT_TRUE(Drain(this->Source(documents)) == documents);
}

TYPED_TEST_P(DocumentSourceSuite, YieldsBatchesThatOutliveIt) {
  DocumentSource& source = this->Source(NumberedDocuments(5));
  Batch batch;
  ASSERT_TRUE(source.Next(batch));
  this->DestroySource();
  ASSERT_GE(batch.documents(), 1U);
  EXPECT_EQ(AsText(batch.front()), NumberedDocument(0));
}

REGISTER_TYPED_TEST_SUITE_P(DocumentSourceSuite, YieldsEveryDocumentByteForByteInOrder,
                            EndsAtOnceWhereThereIsNothing, StaysAtTheEndEverAfterWithAnEmptyBatch,
                            ClearsWhatTheBatchHeldBefore, KeepsBatchesNearTheirSize,
                            PassesADocumentOfTheServersMaximum, YieldsBatchesThatOutliveIt);

}  // namespace haul::testing
