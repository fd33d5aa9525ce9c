#include "formats/data_file_writer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <thread>

#include "core/bson/framing.h"
#include "tests/conformance/document_sink_suite.h"
#include "tests/formats/writer/written_dump.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace testing {

/// One data file in a directory of its own, read back with nothing but the codec.
template <CodecId kCodec>
class DataFileMaker {
 public:
  static constexpr bool kDiscardsUnfinished = false;

  std::unique_ptr<DocumentSink> Make() { return writer_.NewSink(*encoder_); }

  std::vector<std::string> Stored() {
    writer_.Finish();
    const std::string plain = Decoded(kCodec, ReadAll(root_ / "shop/orders.part"));
    std::vector<std::string> documents;
    for (std::string_view rest = plain; !rest.empty();
         rest.remove_prefix(documents.back().size())) {
      documents.emplace_back(rest.substr(0, FrameDocument(AsBytes(rest)).size));
    }
    return documents;
  }

 private:
  TemporaryDirectory root_;
  PartialManifest journal_{root_.path(), "run", Sync::kNone};
  std::unique_ptr<FrameEncoder> encoder_ = GetCodec(kCodec).new_encoder(1);
  DataFileWriter writer_{{.root = root_.path(),
                          .path = "shop/orders",
                          .ns = {"shop", "orders"},
                          .codec = kCodec,
                          .sync = Sync::kNone},
                         journal_};
};

using NoneFile = ::testing::Types<DataFileMaker<CodecId::kNone>>;
using GzipFile = ::testing::Types<DataFileMaker<CodecId::kGzip>>;
using ZstdFile = ::testing::Types<DataFileMaker<CodecId::kZstd>>;
INSTANTIATE_TYPED_TEST_SUITE_P(NoneFile, DocumentSinkSuite, NoneFile);
INSTANTIATE_TYPED_TEST_SUITE_P(GzipFile, DocumentSinkSuite, GzipFile);
INSTANTIATE_TYPED_TEST_SUITE_P(ZstdFile, DocumentSinkSuite, ZstdFile);

}  // namespace testing

namespace {

using testing::BatchOf;
using testing::Decoded;
using testing::NumberedDocument;
using testing::NumberedDocuments;

class DataFileWriterTest : public ::testing::Test {
 protected:
  DataFileWriter::Target Target(CodecId codec) const {
    return {.root = root_.path(), .path = "shop/orders", .ns = {"shop", "orders"}, .codec = codec};
  }
  std::string Stored() const { return ReadAll(root_ / "shop/orders.part"); }
  std::vector<FrameEntry> ZstdFrames() const {
    const std::string stored = Stored();
    const ByteView bytes = AsBytes(stored);
    const auto tail_size = ZstdTailSize(bytes.last(kZstdFooterBytes));
    return DecodeZstdTail(bytes.last(*tail_size)).value();
  }
  static std::string OutputOf(const std::string& command) {
    std::string output;
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> bytes{};
    for (std::size_t size = 0; (size = fread(bytes.data(), 1, bytes.size(), pipe)) > 0;) {
      output.append(bytes.data(), size);
    }
    EXPECT_EQ(pclose(pipe), 0) << command;
    return output;
  }

  TemporaryDirectory root_;
  PartialManifest journal_{root_.path(), "run", Sync::kDurable};
  std::unique_ptr<FrameEncoder> zstd_ = GetCodec(CodecId::kZstd).new_encoder(2);
  std::unique_ptr<FrameEncoder> gzip_ = GetCodec(CodecId::kGzip).new_encoder(6);
  std::unique_ptr<FrameEncoder> none_ = GetCodec(CodecId::kNone).new_encoder(0);
};

TEST_F(DataFileWriterTest, WritesAZstdFileThatTheZstdToolTurnsIntoPlainDocuments) {
  DataFileWriter file(Target(CodecId::kZstd), journal_);
  const auto sink = file.NewSink(*zstd_);
  std::string plain;
  for (int i = 0; i < 5; ++i) {
    const std::vector<std::string> documents = NumberedDocuments(100, 50);
    sink->Write(BatchOf(documents));
    for (const std::string& document : documents) plain += document;
  }
  sink->Finish();
  file.Finish();
  EXPECT_EQ(OutputOf("zstd -d -c < '" + (root_ / "shop/orders.part").native() + "'"), plain);
  EXPECT_EQ(file.entry().documents, 500U);
  EXPECT_EQ(file.entry().frames, 5U);
  EXPECT_EQ(file.entry().plain_bytes, plain.size());
  EXPECT_EQ(file.entry().stored_bytes, Stored().size());
  EXPECT_TRUE(file.index().empty());
}

TEST_F(DataFileWriterTest, WritesEmptyCollectionsThatTheOldToolsRead) {
  {
    DataFileWriter file(Target(CodecId::kZstd), journal_);
    file.Finish();
    EXPECT_EQ(OutputOf("zstd -d -c < '" + (root_ / "shop/orders.part").native() + "'"), "");
    EXPECT_TRUE(ZstdFrames().empty());
    EXPECT_EQ(file.entry().frames, 0U);
  }
  std::filesystem::remove(root_ / "shop/orders.part");
  {
    DataFileWriter file(Target(CodecId::kGzip), journal_);
    file.Finish();
    EXPECT_EQ(OutputOf("gzip -d -c < '" + (root_ / "shop/orders.part").native() + "'"), "");
    EXPECT_GE(Stored().size(), 20U) << "a gzip header and trailer";
    EXPECT_EQ(file.entry().frames, 1U);
  }
  std::filesystem::remove(root_ / "shop/orders.part");
  DataFileWriter file(Target(CodecId::kNone), journal_);
  file.Finish();
  EXPECT_EQ(Stored(), "");
  EXPECT_TRUE(DecodeFrameIndex(file.index().view()).empty());
}

TEST_F(DataFileWriterTest, HashesTheIndexToTheEndOfTheFile) {
  DataFileWriter file(Target(CodecId::kZstd), journal_);
  const auto sink = file.NewSink(*zstd_);
  sink->Write(BatchOf(NumberedDocuments(3)));
  sink->Finish();
  file.Finish();
  const std::string stored = Stored();
  const std::uint64_t tail_size = *ZstdTailSize(AsBytes(stored).last(kZstdFooterBytes));
  EXPECT_EQ(file.entry().hash, HashToHex(Blake2b256(AsBytes(stored).last(tail_size))));
  const FrameEntry frame = ZstdFrames().at(0);
  EXPECT_EQ(frame.stored_size, stored.size() - tail_size);
  EXPECT_EQ(frame.hash, Blake2b256(AsBytes(stored).first(frame.stored_size)));
}

TEST_F(DataFileWriterTest, KeepsIdsOnlyOfFramesReadInTheirOrder) {
  DataFileWriter file(Target(CodecId::kZstd), journal_);
  const auto ordered = file.NewSink(*zstd_, {.id_ordered = true, .range = 4});
  const auto natural = file.NewSink(*zstd_);
  ordered->Write(BatchOf(NumberedDocuments(3)));
  natural->Write(BatchOf(NumberedDocuments(3)));
  ordered->Finish();
  natural->Finish();
  file.Finish();
  const std::vector<FrameEntry> frames = ZstdFrames();
  EXPECT_EQ(frames.at(0).first_id, std::string("\x12\0\0\0\0\0\0\0\0", 9));
  EXPECT_EQ(frames.at(0).last_id, std::string("\x12\x02\0\0\0\0\0\0\0", 9));
  EXPECT_EQ(frames.at(1).first_id, "");
  EXPECT_EQ(frames.at(1).last_id, "");
}

std::string DocumentWithTextId(std::size_t length) {
  bson_t document;
  bson_init(&document);
  const std::string id(length, 'i');
  bson_append_utf8(&document, "_id", 3, id.data(), static_cast<int>(id.size()));
  std::string bytes(reinterpret_cast<const char*>(bson_get_data(&document)), document.len);
  bson_destroy(&document);
  return bytes;
}

TEST_F(DataFileWriterTest, LeavesOutBothIdsWhereOneIsTooLong) {
  constexpr std::size_t kOverhead = 1 + 4 + 1;  // type, length, terminator
  DataFileWriter file(Target(CodecId::kZstd), journal_);
  const auto sink = file.NewSink(*zstd_, {.id_ordered = true});
  const std::string longest = DocumentWithTextId(kMaxIndexedIdBytes - kOverhead);
  const std::string too_long = DocumentWithTextId(kMaxIndexedIdBytes - kOverhead + 1);
  sink->Write(BatchOf({longest}));
  sink->Write(BatchOf({NumberedDocument(1), too_long}));
  sink->Finish();
  file.Finish();
  const std::vector<FrameEntry> frames = ZstdFrames();
  EXPECT_EQ(frames.at(0).first_id.size(), kMaxIndexedIdBytes);
  EXPECT_EQ(frames.at(1).first_id, "");
  EXPECT_EQ(frames.at(1).last_id, "");
}

TEST_F(DataFileWriterTest, TakesFramesFromManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kFrames = 20;
  DataFileWriter file(Target(CodecId::kZstd), journal_);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      const auto encoder = GetCodec(CodecId::kZstd).new_encoder(1);
      const auto sink = file.NewSink(*encoder, {.id_ordered = true, .range = thread});
      for (int i = 0; i < kFrames; ++i) sink->Write(BatchOf(NumberedDocuments(10, 100)));
      sink->Finish();
    });
  }
  for (std::thread& thread : threads) thread.join();
  file.Finish();
  EXPECT_EQ(file.entry().documents, kThreads * kFrames * 10U);
  const std::string stored = Stored();
  ByteBuffer plain;
  const auto decoder = GetCodec(CodecId::kZstd).new_decoder();
  for (const FrameEntry& frame : ZstdFrames()) {
    const ByteView bytes = AsBytes(stored).subspan(frame.offset, frame.stored_size);
    ASSERT_EQ(Blake2b256(bytes), frame.hash);
    DecodeFrame(*decoder, bytes, frame.plain_size, plain);
  }
}

TEST_F(DataFileWriterTest, RefusesToFinishWhileAPartIsMissing) {
  DataFileWriter file(Target(CodecId::kZstd), journal_);
  file.NewSink(*zstd_)->Write(BatchOf(NumberedDocuments(3)));
  ExpectError([&] { file.Finish(); }, ExitCode::kInternal,
              "finish shop/orders: a part of it was not written");
}

TEST_F(DataFileWriterTest, WritesNoFrameForAnEmptyBatch) {
  DataFileWriter file(Target(CodecId::kNone), journal_);
  const auto sink = file.NewSink(*none_);
  sink->Write(Batch());
  sink->Finish();
  file.Finish();
  EXPECT_EQ(file.entry().frames, 0U);
}

TEST_F(DataFileWriterTest, RefusesABatchThatNoReaderWouldAllocate) {
  DataFileWriter file(Target(CodecId::kNone), journal_);
  const auto sink = file.NewSink(*none_);
  const std::string large = NumberedDocument(1, 16'000'000);
  ExpectError(
      [&] {
        sink->Write(BatchOf({large, large, large, large, large}));
      },
      ExitCode::kLimit, "write shop/orders: a batch of 76.3 MiB is more than a frame may hold");
}

TEST_F(DataFileWriterTest, TellsThatTheDiskIsFull) {
  DataFileWriter file(Target(CodecId::kNone), journal_);
  const auto sink = file.NewSink(*none_);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited{};
  getrlimit(RLIMIT_FSIZE, &unlimited);
  const rlimit limit{100'000, unlimited.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  const auto error = Caught([&] {
    for (int i = 0; i < 10; ++i) sink->Write(BatchOf(NumberedDocuments(100, 500)));
  });
  setrlimit(RLIMIT_FSIZE, &unlimited);
  std::signal(SIGXFSZ, previous);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kLocalStorage);
  EXPECT_EQ(error->message(),
            "write " + (root_ / "shop/orders.part").native() + ": File too large");
}

TEST_F(DataFileWriterTest, RecordsFramesInTheJournalWithinASecond) {
  DataFileWriter file(Target(CodecId::kNone), journal_);
  const auto sink = file.NewSink(*none_, {.id_ordered = true, .range = 7});
  EXPECT_EQ(ReadAll(root_ / kPartialManifestName), "{\"haulPartial\":1,\"part\":\"run\"}\n");
  EXPECT_EQ(PartialManifestRun(root_.path()), "run");
  const Batch batch = BatchOf({NumberedDocument(1)});
  sink->Write(batch);
  const auto start = std::chrono::steady_clock::now();
  std::string journal;
  while (journal.find('\n', 40) == std::string::npos &&
         std::chrono::steady_clock::now() - start < std::chrono::seconds(5)) {
    sink->Write(batch);
    journal = ReadAll(root_ / kPartialManifestName);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  const std::string size = std::to_string(batch.bytes().size());
  const std::string first_record = journal.substr(journal.find('\n') + 1);
  EXPECT_TRUE(first_record.starts_with(
      R"({"file":"shop/orders","offset":0,"stored":)" + size + R"(,"plain":)" + size +
      R"(,"documents":1,"range":7,"lastId":"120100000000000000","hash":")" +
      HashToHex(Blake2b256(batch.bytes())) + "\"}\n"))
      << first_record.substr(0, 300);
}

}  // namespace
}  // namespace haul
