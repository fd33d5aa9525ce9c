#include "formats/data_file_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <vector>

#include "core/bson/framing.h"
#include "tests/conformance/test_documents.h"
#include "tests/formats/reader/dump_fixture.h"

namespace haul::testing {
namespace {

class DataFileReaderTest : public ::testing::TestWithParam<CodecId> {
 protected:
  DataFile Write(std::string_view content, CodecId codec) {
    DataFile file;
    file.path = directory_.path() / ("x.bson" + std::string(GetCodec(codec).extension));
    file.name = "x";
    file.codec = codec;
    file.stored_bytes = content.size();
    WriteFile(file.path, content);
    return file;
  }

  TemporaryDirectory directory_;
  const std::vector<std::string> documents_ = NumberedDocuments(12, 9);
  const std::string plain_ = Concatenated(documents_);
};

INSTANTIATE_TEST_SUITE_P(Codec, DataFileReaderTest,
                         ::testing::Values(CodecId::kNone, CodecId::kGzip, CodecId::kZstd),
                         [](const auto& made) { return std::string(GetCodec(made.param).name); });

TEST_P(DataFileReaderTest, ReadsOneStream) {
  EXPECT_EQ(ReadAll(Write(Compressed(GetParam(), plain_), GetParam())), documents_);
}

TEST_P(DataFileReaderTest, ReadsSeveralStreamsWhoseBordersCutDocuments) {
  const std::string content =
      Compressed(GetParam(), plain_.substr(0, 50)) + Compressed(GetParam(), plain_.substr(50));
  EXPECT_EQ(ReadAll(Write(content, GetParam())), documents_);
}

// A cut on the border of a document of a plain file is invisible without a manifest.
TEST_P(DataFileReaderTest, RefusesAFileThatIsCutAtAnyByte) {
  const std::string content = Compressed(GetParam(), plain_);
  const std::size_t document = documents_.front().size();
  for (std::size_t size = 0; size < content.size(); ++size) {
    if (GetParam() == CodecId::kNone && size % document == 0) continue;
    const DataFile file = Write(std::string_view(content).substr(0, size), GetParam());
    MessageOf(ExitCode::kCorrupt, [&] { (void)ReadAll(file); });
  }
}

TEST_P(DataFileReaderTest, RefusesBytesBehindTheEnd) {
  for (const std::string_view garbage : {"x", "\x01\0\0\0\0", "garbage at the end"}) {
    const DataFile file = Write(Compressed(GetParam(), plain_) + std::string(garbage), GetParam());
    MessageOf(ExitCode::kCorrupt, [&] { (void)ReadAll(file); });
  }
}

TEST_P(DataFileReaderTest, RefusesGarbage) {
  std::string garbage;
  for (unsigned i = 0; i < 5000; ++i) garbage += static_cast<char>((i * 2654435761U) >> 24U);
  const DataFile file = Write(garbage, GetParam());
  MessageOf(ExitCode::kCorrupt, [&] { (void)ReadAll(file); });
}

TEST_P(DataFileReaderTest, TellsHowMuchOfTheFileIsRead) {
  const std::string content = Compressed(GetParam(), plain_);
  const DataFileReader reader(Write(content, GetParam()));
  std::atomic<std::uint64_t> read = 0;
  const auto source = reader.NewSource(&read);
  Batch batch;
  while (source->Next(batch)) {
  }
  EXPECT_EQ(read.load(), content.size());
}

TEST_P(DataFileReaderTest, RefusesADirectoryInTheFilesPlace) {
  const DataFile file = Write("", GetParam());
  std::filesystem::remove(file.path);
  std::filesystem::create_directory(file.path);
  MessageOf(ExitCode::kCorrupt, [&] { const DataFileReader reader(file); });
}

TEST_P(DataFileReaderTest, GoesByTheContentWhereTheNameMisleads) {
  for (const CodecId named : {CodecId::kNone, CodecId::kGzip, CodecId::kZstd}) {
    const DataFile file = Write(Compressed(GetParam(), plain_), named);
    EXPECT_EQ(ReadAll(file), documents_) << GetCodec(named).name;
    EXPECT_EQ(DataFileReader(file).codec(), GetParam());
  }
}

TEST_P(DataFileReaderTest, RefusesALengthThatNoDocumentHas) {
  for (const std::int32_t length :
       {-1, 0, 4, static_cast<std::int32_t>(kMaxInternalDocumentSize) + 1, INT32_MAX}) {
    std::string huge = documents_[0] + documents_[1];
    std::memcpy(huge.data() + documents_[0].size(), &length, sizeof length);
    const DataFile file = Write(Compressed(GetParam(), huge), GetParam());
    const std::string message = MessageOf(ExitCode::kCorrupt, [&] { (void)ReadAll(file); });
    EXPECT_NE(message.find("at byte " + std::to_string(documents_[0].size())), std::string::npos)
        << message;
  }
}

TEST(DataFile, IsEmptyAsPlainBsonAndBrokenAsAnEmptyStream) {
  const TemporaryDirectory directory;
  DataFile file;
  file.name = "x";
  file.path = directory.path() / "x";
  WriteFile(file.path, "");
  EXPECT_TRUE(ReadAll(file).empty());
  file.codec = CodecId::kGzip;
  EXPECT_EQ(MessageOf(ExitCode::kCorrupt, [&] { (void)ReadAll(file); }),
            "read x: the file is empty, not even a gzip stream");
}

// The little-endian length 0x00088B1F begins a document with gzip's magic.
TEST(DataFile, IsPlainWhereTheFirstLengthLooksLikeGzip) {
  const TemporaryDirectory directory;
  DataFile file;
  file.name = "x";
  file.path = directory.path() / "x.bson";
  const std::string first = NumberedDocument(1, 0x00088B1F - NumberedDocument(1).size());
  ASSERT_EQ(first.substr(0, 3), "\x1F\x8B\x08");
  WriteFile(file.path, first + NumberedDocument(2));
  EXPECT_EQ(ReadAll(file).size(), 2U);
  EXPECT_EQ(DataFileReader(file).codec(), CodecId::kNone);
}

TEST(DataFile, NamesTheByteOfADocumentThatIsCut) {
  const TemporaryDirectory directory;
  DataFile file;
  file.name = "shop/users.bson";
  file.path = directory.path() / "users.bson";
  const std::string document = NumberedDocument(1);
  WriteFile(file.path, document + document.substr(0, 10));
  EXPECT_EQ(MessageOf(ExitCode::kCorrupt, [&] { (void)ReadAll(file); }),
            "read shop/users.bson at byte 29: the last document is cut short");
}

}  // namespace
}  // namespace haul::testing
