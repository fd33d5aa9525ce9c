// Documents that come through a pipe: nothing can be read twice, and no name tells the codec.
#include "formats/document_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/bson/framing.h"
#include "formats/codec_probe.h"
#include "tests/conformance/test_documents.h"
#include "tests/formats/reader/dump_fixture.h"

namespace haul::testing {
namespace {

/// A pipe whose writer hands over a few bytes at a time.
class Trickle final : public ByteSource {
 public:
  Trickle(std::string content, std::size_t piece) : content_(std::move(content)), piece_(piece) {}
  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override {
    const std::size_t size = std::min({piece_, bytes.size(), content_.size() - at_});
    std::memcpy(bytes.data(), content_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  std::string content_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

struct Outcome {
  CodecId codec = CodecId::kNone;
  std::vector<std::string> documents;
  std::string fault;
};

Outcome ReadPipe(const std::string& content, std::size_t piece) {
  Trickle pipe(content, piece);
  PeekedSource source(pipe);
  Outcome outcome{ProbeCodec(source), {}, {}};
  DocumentStream stream(source, {.name = "standard input", .codec = outcome.codec});
  Batch batch;
  try {
    while (stream.Next(batch)) {
      for (std::string& document : DocumentsOf(batch)) outcome.documents.push_back(document);
    }
  } catch (const Error& error) {
    for (std::string& document : DocumentsOf(batch)) outcome.documents.push_back(document);
    outcome.fault = error.message();
  }
  return outcome;
}

class PipedDocuments : public ::testing::TestWithParam<CodecId> {
 protected:
  const std::vector<std::string> documents_ = NumberedDocuments(50, 7);
};

INSTANTIATE_TEST_SUITE_P(Codec, PipedDocuments,
                         ::testing::Values(CodecId::kNone, CodecId::kGzip, CodecId::kZstd),
                         [](const auto& made) { return std::string(GetCodec(made.param).name); });

TEST_P(PipedDocuments, AreReadWhateverTheCodecAndHoweverTheyArrive) {
  const std::string content = Compressed(GetParam(), Concatenated(documents_));
  for (const std::size_t piece : {1U, 7U, 100'000U}) {
    const Outcome outcome = ReadPipe(content, piece);
    EXPECT_EQ(outcome.codec, GetParam());
    EXPECT_EQ(outcome.documents, documents_);
    EXPECT_EQ(outcome.fault, "");
  }
}

TEST(DocumentStream, KeepsTheWholeDocumentsBeforeOneThatIsCut) {
  const std::vector<std::string> documents = NumberedDocuments(3, 7);
  const std::string content = Concatenated(documents);
  const Outcome outcome = ReadPipe(content.substr(0, content.size() - 1), 1000);
  EXPECT_EQ(outcome.documents, (std::vector{documents[0], documents[1]}));
  EXPECT_EQ(outcome.fault, "read standard input at byte 72: the last document is cut short");
}

TEST(DocumentStream, TakesAPipeThatEndsAtOnceForNoDocuments) {
  const Outcome outcome = ReadPipe("", 10);
  EXPECT_TRUE(outcome.documents.empty());
  EXPECT_EQ(outcome.fault, "");
}

// The length of such a document reads as the beginning of a gzip member.
TEST(ProbeCodec, TakesADocumentThatBeginsLikeGzipForADocument) {
  constexpr std::size_t kGzipAsLength = 0x00088B1F;
  const std::string document = NumberedDocument(1, kGzipAsLength - NumberedDocument(1).size());
  ASSERT_EQ(document.size(), kGzipAsLength);
  const Outcome outcome = ReadPipe(document, 65'536);
  EXPECT_EQ(outcome.codec, CodecId::kNone);
  EXPECT_EQ(outcome.documents, std::vector{document});
}

TEST(ProbeCodec, TakesGarbageForDocumentsSoThatReadingTellsWhatIsWrong) {
  const Outcome outcome = ReadPipe("garbage that is no document", 5);
  EXPECT_EQ(outcome.codec, CodecId::kNone);
  EXPECT_NE(outcome.fault, "");
}

}  // namespace
}  // namespace haul::testing
