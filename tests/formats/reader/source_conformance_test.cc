// Every way to read a data file keeps the contract of document sources.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "formats/frame_index.h"
#include "tests/conformance/document_source_suite.h"
#include "tests/formats/reader/dump_fixture.h"

namespace haul::testing {
namespace {

class FileMaker {
 protected:
  std::unique_ptr<DocumentSource> MakeFrom(CodecId codec, std::string_view content) {
    DataFile file;
    file.path = directory_.path() / ("x.bson" + std::string(GetCodec(codec).extension));
    file.name = "x";
    file.codec = codec;
    WriteFile(file.path, content);
    reader_ = std::make_unique<DataFileReader>(file);
    return reader_->NewSource();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<DataFileReader> reader_;
};

template <CodecId codec>
class StreamMaker : FileMaker {
 public:
  std::unique_ptr<DocumentSource> Make(const std::vector<std::string>& documents) {
    return MakeFrom(codec, Compressed(codec, Concatenated(documents)));
  }
};

class ClaimsMaker : FileMaker {
 public:
  std::unique_ptr<DocumentSource> Make(const std::vector<std::string>& documents) {
    std::string batch;
    std::uint32_t count = 0;
    for (const std::string& document : documents) {
      if (!batch.empty() && batch.size() + document.size() > kBatchBytes) {
        AddFrame(batch, count);
        batch.clear();
        count = 0;
      }
      batch += document;
      ++count;
    }
    if (count > 0) AddFrame(batch, count);
    content_ += AsText(EncodeZstdTail(frames_).view());
    auto source = MakeFrom(CodecId::kZstd, content_);
    EXPECT_TRUE(reader_->indexed());
    return source;
  }

 private:
  void AddFrame(const std::string& plain, std::uint32_t documents) {
    const std::string stored = Compressed(CodecId::kZstd, plain);
    FrameEntry frame;
    frame.offset = content_.size();
    frame.stored_size = static_cast<std::uint32_t>(stored.size());
    frame.plain_size = static_cast<std::uint32_t>(plain.size());
    frame.documents = documents;
    frame.hash = Blake2b256(AsBytes(stored));
    frames_.push_back(frame);
    content_ += stored;
  }

  std::string content_;
  std::vector<FrameEntry> frames_;
};

using Sources = ::testing::Types<StreamMaker<CodecId::kNone>, StreamMaker<CodecId::kGzip>,
                                 StreamMaker<CodecId::kZstd>, ClaimsMaker>;
INSTANTIATE_TYPED_TEST_SUITE_P(DataFile, DocumentSourceSuite, Sources);

}  // namespace
}  // namespace haul::testing
