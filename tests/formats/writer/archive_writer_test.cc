#include "formats/archive_writer.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/bson/framing.h"
#include "core/io/checksum.h"
#include "core/io/little_endian.h"
#include "tests/conformance/document_sink_suite.h"
#include "tests/formats/writer/written_dump.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

using testing::BatchOf;
using testing::Decoded;
using testing::NumberedDocument;
using testing::NumberedDocuments;

/// The blocks of an archive, in order; `documents` lie one after another.
struct ReadBlock {
  ArchiveBlockHeader header;
  std::vector<std::string> documents;
  std::size_t begin = 0;  ///< where its header begins
};

bool IsTerminator(ByteView rest) { return ReadLittleEndian<std::uint32_t>(rest) == 0xFFFFFFFF; }

std::size_t PreludeSize(const std::string& plain) {
  std::size_t at = kArchiveMagic.size();
  while (!IsTerminator(AsBytes(plain).subspan(at))) {
    at += FrameDocument(AsBytes(plain).subspan(at)).size;
  }
  return at + kArchiveTerminator.size();
}

std::vector<ReadBlock> Blocks(const std::string& plain) {
  std::vector<ReadBlock> blocks;
  for (std::size_t at = PreludeSize(plain); at < plain.size();) {
    ReadBlock block;
    block.begin = at;
    const std::size_t header = FrameDocument(AsBytes(plain).subspan(at)).size;
    block.header = DecodeArchiveBlockHeader(AsBytes(plain).subspan(at, header));
    for (at += header; !IsTerminator(AsBytes(plain).subspan(at));) {
      block.documents.push_back(plain.substr(at, FrameDocument(AsBytes(plain).subspan(at)).size));
      at += block.documents.back().size();
    }
    at += kArchiveTerminator.size();
    blocks.push_back(std::move(block));
  }
  return blocks;
}

ArchivePrelude PreludeOf(const std::vector<Namespace>& namespaces, std::int32_t at_once = 4) {
  ArchivePrelude prelude;
  prelude.concurrent_collections = at_once;
  prelude.origin.server_version = "6.0.5";
  prelude.origin.tool_version = "0.1.0";
  for (const Namespace& ns : namespaces) {
    prelude.collections.push_back({.ns = ns, .metadata = "{}", .type = "collection"});
  }
  return prelude;
}

/// An archive in a directory of its own.
class Written {
 public:
  explicit Written(ArchivePrelude prelude, CodecId codec = CodecId::kNone)
      : codec_(codec),
        encoder_(GetCodec(codec).new_encoder(1)),
        writer_(NewFileSink(root_ / "a", {.sync = Sync::kNone}), std::move(prelude),
                {.codec = {codec, 1}, .spool_directory = root_.path()}) {}

  ArchiveWriter& writer() { return writer_; }
  FrameEncoder& encoder() { return *encoder_; }
  void Write(const Namespace& ns, const std::vector<std::string>& documents) {
    const auto sink = writer_.Open(ns).NewSink(*encoder_);
    sink->Write(BatchOf(documents));
    sink->Finish();
  }
  void Finish(const Namespace& ns) { writer_.Open(ns).Finish(); }
  /// The plain archive; before Commit() what there is of it.
  std::string Plain(const char* name = "a") const { return Decoded(codec_, ReadAll(root_ / name)); }
  std::string Stored() const { return ReadAll(root_ / "a"); }
  [[nodiscard]] bool HasFinalName() const { return std::filesystem::exists(root_ / "a"); }

 private:
  TemporaryDirectory root_;
  CodecId codec_;
  std::unique_ptr<FrameEncoder> encoder_;
  ArchiveWriter writer_;
};

const Namespace kOrders{"shop", "orders"};
const Namespace kUsers{"shop", "users"};
const Namespace kOplog{"", kArchiveOplog};

}  // namespace

namespace testing {

template <CodecId kCodec>
class ArchiveMaker {
 public:
  static constexpr bool kDiscardsUnfinished = false;

  std::unique_ptr<DocumentSink> Make() {
    return archive_.writer().Open(kOrders).NewSink(archive_.encoder());
  }
  std::vector<std::string> Stored() {
    archive_.Finish(kOrders);
    archive_.writer().Commit();
    std::vector<std::string> documents;
    for (const ReadBlock& block : Blocks(archive_.Plain())) {
      documents.insert(documents.end(), block.documents.begin(), block.documents.end());
    }
    return documents;
  }

 private:
  Written archive_{PreludeOf({kOrders}), kCodec};
};

using PlainArchive = ::testing::Types<ArchiveMaker<CodecId::kNone>>;
using GzipArchive = ::testing::Types<ArchiveMaker<CodecId::kGzip>>;
using ZstdArchive = ::testing::Types<ArchiveMaker<CodecId::kZstd>>;
INSTANTIATE_TYPED_TEST_SUITE_P(PlainArchive, DocumentSinkSuite, PlainArchive);
INSTANTIATE_TYPED_TEST_SUITE_P(GzipArchive, DocumentSinkSuite, GzipArchive);
INSTANTIATE_TYPED_TEST_SUITE_P(ZstdArchive, DocumentSinkSuite, ZstdArchive);

}  // namespace testing

namespace {

TEST(ArchiveWriter, WritesTheBlocksOfMongodumpByteForByte) {
  const std::string golden = ReadAll(std::string(HAUL_GOLDEN_DIR) + "/archives/odd_names.archive");
  const std::size_t prelude_size = PreludeSize(golden);
  ArchivePrelude prelude = DecodeArchivePrelude(AsBytes(golden).first(prelude_size));
  Written archive(std::move(prelude));
  for (const ReadBlock& block : Blocks(golden)) {
    if (block.header.end) {
      archive.Finish(block.header.ns);
    } else if (!block.documents.empty()) {
      archive.Write(block.header.ns, block.documents);
    }
  }
  archive.writer().Commit();
  const std::string plain = archive.Plain();
  EXPECT_TRUE(plain.substr(PreludeSize(plain)) == golden.substr(prelude_size));
}

TEST(ArchiveWriter, GivesAnEmptyCollectionOneEmptyBlock) {
  Written archive(PreludeOf({kOrders}));
  archive.Finish(kOrders);
  archive.writer().Commit();
  const std::vector<ReadBlock> blocks = Blocks(archive.Plain());
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].header, (ArchiveBlockHeader{.ns = kOrders}));
  EXPECT_EQ(blocks[1].header, (ArchiveBlockHeader{.ns = kOrders, .end = true, .crc = 0}));
}

TEST(ArchiveWriter, EndsANamespaceWithTheCrcOfItsDocumentsAlsoWhereThreadsWriteIt) {
  Written archive(PreludeOf({kOrders, kUsers}), CodecId::kZstd);
  const auto write = [&archive](std::int64_t first) {
    const auto encoder = GetCodec(CodecId::kZstd).new_encoder(1);
    const auto orders = archive.writer().Open(kOrders).NewSink(*encoder);
    const auto users = archive.writer().Open(kUsers).NewSink(*encoder);
    for (std::int64_t i = 0; i < 50; ++i) {
      orders->Write(BatchOf({NumberedDocument(first + i, 500), NumberedDocument(-i, 20)}));
      users->Write(BatchOf({NumberedDocument(first - i)}));
    }
    orders->Finish();
    users->Finish();
  };
  std::vector<std::thread> workers;
  for (std::int64_t worker = 0; worker < 4; ++worker) workers.emplace_back(write, worker * 1000);
  for (std::thread& worker : workers) worker.join();
  archive.Finish(kOrders);
  archive.Finish(kUsers);
  archive.writer().Commit();
  std::map<Namespace, std::string> documents;
  std::map<Namespace, std::uint64_t> ends;
  for (const ReadBlock& block : Blocks(archive.Plain())) {
    EXPECT_FALSE(ends.contains(block.header.ns));
    for (const std::string& document : block.documents) documents[block.header.ns] += document;
    if (block.header.end) ends[block.header.ns] = block.header.crc;
  }
  EXPECT_EQ(ends.at(kOrders), Crc64(AsBytes(documents.at(kOrders))));
  EXPECT_EQ(ends.at(kUsers), Crc64(AsBytes(documents.at(kUsers))));
}

TEST(ArchiveWriter, HasNoEndBeforeItIsCommitted) {
  Written archive(PreludeOf({kOrders, kUsers}));
  archive.Write(kUsers, NumberedDocuments(3));
  archive.Finish(kUsers);
  ExpectError([&] { archive.writer().Commit(); }, ExitCode::kInternal,
              "commit the archive: 1 namespaces are not finished");
  archive.Write(kOrders, NumberedDocuments(3));
  archive.Finish(kOrders);
  EXPECT_FALSE(archive.HasFinalName());
  const std::vector<ReadBlock> blocks = Blocks(archive.Plain("a.part"));
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks.back().header, (ArchiveBlockHeader{.ns = kOrders}));
  archive.writer().Commit();
  EXPECT_TRUE(Blocks(archive.Plain()).back().header.end);
}

TEST(ArchiveWriter, DoesNotFinishANamespaceOfWhichAPartIsMissing) {
  Written archive(PreludeOf({kOrders}));
  archive.writer().Open(kOrders).NewSink(archive.encoder())->Write(BatchOf(NumberedDocuments(3)));
  ExpectError([&] { archive.Finish(kOrders); }, ExitCode::kInternal,
              "finish shop.orders in the archive: a part of it was not written");
}

TEST(ArchiveWriter, FinishesANamespaceOnceAndKnowsOnlyThoseOfThePrelude) {
  Written archive(PreludeOf({kOrders}));
  archive.Finish(kOrders);
  ExpectError([&] { archive.Finish(kOrders); }, ExitCode::kInternal,
              "finish shop.orders in the archive: a part of it was not written");
  ExpectError([&] { archive.Write(kOrders, NumberedDocuments(1)); }, ExitCode::kInternal,
              "write shop.orders in the archive: it is finished");
  ExpectError([&] { archive.Finish(kUsers); }, ExitCode::kInternal,
              "open shop.users in the archive: the prelude has it not");
}

TEST(ArchiveWriter, KeepsTheBucketsOfATimeSeriesCollectionUnderTheirOwnName) {
  ArchivePrelude prelude;
  prelude.collections.push_back({{"shop", "weather"}, "{}", "timeseries"});
  Written archive(std::move(prelude));
  archive.Write({"shop", "system.buckets.weather"}, NumberedDocuments(1));
  archive.Finish({"shop", "system.buckets.weather"});
  archive.writer().Commit();
  EXPECT_EQ(Blocks(archive.Plain()).front().header.ns.collection, "system.buckets.weather");
}

TEST(ArchiveWriter, OpensNoMoreNamespacesThanThePreludeSays) {
  const Namespace third{"shop", "third"};
  Written archive(PreludeOf({kOrders, kUsers, third}, 2));
  archive.Write(kOrders, NumberedDocuments(1));
  archive.Write(kUsers, NumberedDocuments(1));
  ExpectError([&] { archive.Write(third, NumberedDocuments(1)); }, ExitCode::kInternal,
              "write the archive: more than 2 namespaces are open");
}

TEST(ArchiveWriter, OpensOneNamespaceAfterAnotherWhateverTheirNumber) {
  const Namespace third{"shop", "third"};
  Written archive(PreludeOf({kOrders, kUsers, third}, 1));
  for (const Namespace& ns : {kOrders, kUsers, third}) {
    if (ns != kUsers) archive.Write(ns, NumberedDocuments(1));
    archive.Finish(ns);
  }
  archive.writer().Commit();
  EXPECT_EQ(Blocks(archive.Plain()).size(), 6U);
}

/// "orders", "orders ends", "oplog" …: the blocks in their order.
std::vector<std::string> OrderOf(const std::vector<ReadBlock>& blocks) {
  std::vector<std::string> order;
  for (const ReadBlock& block : blocks) {
    order.push_back(block.header.ns.collection + (block.header.end ? " ends" : ""));
  }
  return order;
}

TEST(ArchiveWriter, PutsTheOplogLastAlthoughItIsWrittenAllAlong) {
  for (const CodecId codec : {CodecId::kNone, CodecId::kGzip, CodecId::kZstd}) {
    Written archive(PreludeOf({kOrders, kOplog}, 1), codec);
    archive.Write(kOplog, {NumberedDocument(1)});
    archive.Write(kOrders, {NumberedDocument(2)});
    archive.Write(kOplog, {NumberedDocument(3)});
    archive.Finish(kOrders);
    archive.Finish(kOplog);
    archive.writer().Commit();
    const std::vector<ReadBlock> blocks = Blocks(archive.Plain());
    EXPECT_EQ(OrderOf(blocks),
              (std::vector<std::string>{"orders", "orders ends", "oplog", "oplog", "oplog ends"}));
    EXPECT_EQ(blocks.at(2).documents, std::vector<std::string>{NumberedDocument(1)});
    EXPECT_EQ(blocks.at(3).documents, std::vector<std::string>{NumberedDocument(3)});
    EXPECT_EQ(blocks.at(4).header.crc, Crc64(AsBytes(NumberedDocument(1) + NumberedDocument(3))));
  }
}

TEST(ArchiveWriter, RefusesAnOplogThatIsFinishedBeforeACollection) {
  Written archive(PreludeOf({kOrders, kOplog}));
  ExpectError([&] { archive.Finish(kOplog); }, ExitCode::kInternal,
              "finish .oplog in the archive: it is not the last");
}

TEST(ArchiveWriter, SealsWhatItPacked) {
  for (const CodecId codec : {CodecId::kGzip, CodecId::kZstd}) {
    Written archive(PreludeOf({kOrders, kUsers, kOplog}), codec);
    archive.Write(kOrders, NumberedDocuments(100));
    archive.Write(kOplog, NumberedDocuments(10));
    for (const Namespace& ns : {kOrders, kUsers, kOplog}) archive.Finish(ns);
    archive.writer().Commit();
    const std::string stored = archive.Stored();
    const std::size_t seal_size = EncodeArchiveSeal(codec, 0, 0).size();
    const std::string body = stored.substr(0, stored.size() - seal_size);
    EXPECT_EQ(stored.substr(body.size()),
              AsText(EncodeArchiveSeal(codec, body.size(), Crc64(AsBytes(body))).view()));
  }
}

TEST(ArchiveWriter, WritesALongPreludeInPieces) {
  ArchivePrelude prelude;
  for (int i = 0; i < 3; ++i) {
    prelude.collections.push_back(
        {{"shop", std::to_string(i)}, std::string(3'000'000, 'm'), "collection"});
  }
  const std::vector<ArchiveCollection> collections = prelude.collections;
  Written archive(std::move(prelude), CodecId::kZstd);
  for (const ArchiveCollection& collection : collections) archive.Finish(collection.ns);
  archive.writer().Commit();
  const std::string plain = archive.Plain();
  EXPECT_EQ(DecodeArchivePrelude(AsBytes(plain).first(PreludeSize(plain))).collections,
            collections);
}

}  // namespace
}  // namespace haul
