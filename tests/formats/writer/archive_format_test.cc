#include "formats/archive_format.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/bson/extended_json.h"
#include "core/bson/framing.h"
#include "core/io/checksum.h"
#include "core/io/little_endian.h"
#include "tests/formats/writer/written_dump.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

ArchivePrelude OurPrelude() {
  ArchivePrelude prelude;
  prelude.concurrent_collections = 4;
  prelude.origin.id = "0123456789abcdef0123456789abcdef";
  prelude.origin.tool_version = "0.2.0";
  prelude.origin.server_version = "6.0.5";
  prelude.origin.started = "2026-01-02T03:04:05.000Z";
  prelude.origin.cluster_time_start = "1767323045:1";
  prelude.origin.consistency = "snapshot";
  prelude.origin.snapshot_time = "1767323046:7";
  prelude.origin.oplog_start = "1767323045:3";
  prelude.origin.read_alone = {{"shop", "capped.log"}, {"shop", "b"}};
  prelude.origin.options = ParseExtendedJson(R"({"db":"shop"})", "test");
  prelude.codec = CodecId::kGzip;
  prelude.collections = {{{"shop", "a/b%"}, "{}", "collection"}, {{"", kArchiveOplog}, "", ""}};
  return prelude;
}

std::string Text(const ByteBuffer& bytes) { return std::string(AsText(bytes.view())); }

std::string Golden() {
  return ReadAll(std::string(HAUL_GOLDEN_DIR) + "/archives/odd_names.archive");
}

/// Where the prelude ends and where each block begins.
std::vector<std::size_t> Terminators(const std::string& archive) {
  std::vector<std::size_t> ends;
  for (std::size_t at = kArchiveMagic.size(); at < archive.size();) {
    const ByteView rest = AsBytes(archive).subspan(at);
    if (ReadLittleEndian<std::uint32_t>(rest) == 0xFFFFFFFF) {
      at += kArchiveTerminator.size();
      ends.push_back(at);
    } else {
      at += FrameDocument(rest).size;
    }
  }
  return ends;
}

TEST(ArchivePrelude, ComesBackAsItWasWritten) {
  const ArchivePrelude prelude = OurPrelude();
  const ArchivePrelude back = DecodeArchivePrelude(EncodeArchivePrelude(prelude).view());
  EXPECT_EQ(back.concurrent_collections, 4);
  EXPECT_EQ(back.codec, CodecId::kGzip);
  EXPECT_EQ(back.collections, prelude.collections);
  EXPECT_EQ(back.origin.id, prelude.origin.id);
  EXPECT_EQ(back.origin.tool_version, "0.2.0");
  EXPECT_EQ(back.origin.server_version, "6.0.5");
  EXPECT_EQ(back.origin.started, prelude.origin.started);
  EXPECT_EQ(back.origin.cluster_time_start, prelude.origin.cluster_time_start);
  EXPECT_EQ(back.origin.consistency, "snapshot");
  EXPECT_EQ(back.origin.snapshot_time, "1767323046:7");
  EXPECT_EQ(back.origin.oplog_start, "1767323045:3");
  EXPECT_EQ(back.origin.read_alone, prelude.origin.read_alone);
  EXPECT_EQ(back.origin.options, prelude.origin.options);
}

TEST(ArchivePrelude, LeavesOutTimesThatSayNothing) {
  ArchivePrelude prelude = OurPrelude();
  prelude.origin.snapshot_time.clear();
  prelude.origin.oplog_start.clear();
  prelude.origin.read_alone.clear();
  const std::string bytes = Text(EncodeArchivePrelude(prelude));
  EXPECT_EQ(bytes.find("snapshotTime"), std::string::npos);
  EXPECT_EQ(bytes.find("oplogStart"), std::string::npos);
  const ArchivePrelude back = DecodeArchivePrelude(AsBytes(bytes));
  EXPECT_EQ(back.origin.snapshot_time, "");
  EXPECT_TRUE(back.origin.read_alone.empty());
}

TEST(ArchivePrelude, NoticesEveryAlteredByteOfOneOfOurs) {
  const std::string good = Text(EncodeArchivePrelude(OurPrelude()));
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int change : {0x01, 0x20, 0x80, 0xFF}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ change);
      const auto error = Caught([&] { static_cast<void>(DecodeArchivePrelude(AsBytes(bad))); });
      ASSERT_TRUE(error) << "byte " << i << " ^ " << change;
      EXPECT_EQ(error->code(), ExitCode::kCorrupt) << i;
    }
  }
}

TEST(ArchivePrelude, NoticesEveryCutAndEveryAddedByte) {
  const std::string good = Text(EncodeArchivePrelude(OurPrelude()));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_TRUE(Caught([&] { static_cast<void>(DecodeArchivePrelude(AsBytes(good).first(size))); }))
        << size;
  }
  EXPECT_TRUE(Caught([&] { static_cast<void>(DecodeArchivePrelude(AsBytes(good + "x"))); }));
}

TEST(ArchivePrelude, OfAnotherToolEndsWithItsTerminator) {
  std::string golden = Golden();
  golden.resize(Terminators(golden).front());
  ExpectError([&] { static_cast<void>(DecodeArchivePrelude(AsBytes(golden + "x"))); },
              ExitCode::kCorrupt, "read the archive's prelude: something follows its end");
  golden.pop_back();
  ExpectError([&] { static_cast<void>(DecodeArchivePrelude(AsBytes(golden))); }, ExitCode::kCorrupt,
              "read the archive's prelude: it is cut short");
}

TEST(ArchivePrelude, RefusesGarbageAndAnOversizedDocument) {
  ExpectError([] { static_cast<void>(DecodeArchivePrelude(AsBytes("garbage garbage"))); },
              ExitCode::kCorrupt, "read the archive: it does not begin as an archive does");
  std::string oversized = Text(EncodeArchivePrelude(OurPrelude()));
  oversized[7] = 0x7F;
  EXPECT_EQ(Caught([&] { static_cast<void>(DecodeArchivePrelude(AsBytes(oversized))); })->code(),
            ExitCode::kCorrupt);
}

TEST(ArchivePrelude, RefusesANamespaceThatComesTwice) {
  ArchivePrelude prelude = OurPrelude();
  prelude.collections.push_back(prelude.collections.front());
  const ByteBuffer bytes = EncodeArchivePrelude(prelude);
  ExpectError([&] { static_cast<void>(DecodeArchivePrelude(bytes.view())); }, ExitCode::kCorrupt,
              "read the archive's list of collections: shop.a/b% comes twice");
}

TEST(ArchivePrelude, IsNotWrittenWithANameThatIsNotUtf8) {
  ArchivePrelude prelude = OurPrelude();
  prelude.collections.front().ns.collection = "\xFF";
  ExpectError([&] { static_cast<void>(EncodeArchivePrelude(prelude)); }, ExitCode::kUnsupported,
              "write shop.\\xff: the name is not UTF-8");
}

TEST(ArchivePrelude, IsNotWrittenWithMoreThanAnEntryCanHold) {
  ArchivePrelude prelude = OurPrelude();
  prelude.collections.front().metadata.assign(kMaxDocumentSize, 'x');
  EXPECT_EQ(Caught([&] { static_cast<void>(EncodeArchivePrelude(prelude)); })->code(),
            ExitCode::kLimit);
}

TEST(ArchivePrelude, OfAnotherToolIsReadAndMarkedAsNotVouchedFor) {
  const std::string golden = Golden();
  const std::size_t end = Terminators(golden).front();
  const ArchivePrelude prelude = DecodeArchivePrelude(AsBytes(golden).first(end));
  EXPECT_FALSE(prelude.codec);
  EXPECT_EQ(prelude.concurrent_collections, 4);
  EXPECT_EQ(prelude.origin.tool_version, "100.18.0");
  EXPECT_EQ(prelude.origin.server_version, "6.0.5");
  EXPECT_FALSE(prelude.collections.empty());
  for (const ArchiveCollection& collection : prelude.collections) {
    EXPECT_EQ(collection.ns.database, "odd_names");
    EXPECT_EQ(collection.type, "collection");
    EXPECT_TRUE(collection.metadata.starts_with("{"));
  }
}

TEST(ArchiveBlockHeader, IsByteForByteTheOneOfMongodump) {
  const std::string golden = Golden();
  std::size_t blocks = 0;
  for (const std::size_t at : Terminators(golden)) {
    if (at == golden.size()) break;
    const ByteView rest = AsBytes(golden).subspan(at);
    const ByteView document = rest.first(FrameDocument(rest).size);
    const ArchiveBlockHeader header = DecodeArchiveBlockHeader(document);
    EXPECT_EQ(AsText(EncodeArchiveBlockHeader(header).view()), AsText(document));
    EXPECT_EQ(header.ns.database, "odd_names");
    ++blocks;
  }
  EXPECT_GT(blocks, 4U);
}

TEST(ArchiveBlockHeader, NoticesEveryAlteredByteButTheNameAndTheCrcThatEndsANamespace) {
  const std::string good = Text(EncodeArchiveBlockHeader({.ns = {"d", "c"}}));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x01);
    std::optional<ArchiveBlockHeader> read;
    const auto error = Caught([&] { read = DecodeArchiveBlockHeader(AsBytes(bad)); });
    if (error) continue;
    EXPECT_TRUE(read->ns != (Namespace{"d", "c"}) || read->end) << i;
  }
}

TEST(ArchiveBlockHeader, RefusesWhatTheOldToolsTakeForADataBlock) {
  EXPECT_EQ(Caught([] {
              const ByteBuffer bytes = EncodeArchiveBlockHeader({.ns = {"d", "c"}, .crc = 7});
              static_cast<void>(DecodeArchiveBlockHeader(bytes.view()));
            })->message(),
            "read the archive's block header: it has a CRC, but does not end its namespace");
  for (const char* json : {
           R"({"db":"d","collection":"c","EOF":false,"CRC":{"$numberInt":"0"}})",
           R"({"db":"d","collection":"c","EOF":{"$numberInt":"0"},"CRC":{"$numberLong":"0"}})",
           R"({"collection":"c","db":"d","EOF":false,"CRC":{"$numberLong":"0"}})",
           R"({"db":"d","collection":"c","EOF":false,"CRC":{"$numberLong":"0"},"x":1})",
           R"({"db":"d","collection":"c","EOF":false})",
           R"({"db":"d","collection":"c\u0000","EOF":false,"CRC":{"$numberLong":"0"}})",
       }) {
    const Document document = ParseExtendedJson(json, "test");
    const auto error =
        Caught([&] { static_cast<void>(DecodeArchiveBlockHeader(document.bytes())); });
    ASSERT_TRUE(error) << json;
    EXPECT_EQ(error->code(), ExitCode::kCorrupt) << json;
  }
}

TEST(ArchiveSeal, IsPassedOverByDecodersAndTellsLengthAndCrc) {
  for (const CodecId id : {CodecId::kGzip, CodecId::kZstd}) {
    const Codec& codec = GetCodec(id);
    const auto encoder = codec.new_encoder(codec.default_level);
    std::string stored(AsText(encoder->Encode(AsBytes("data"))));
    const std::uint64_t crc = Crc64(AsBytes(stored));
    const std::string seal = Text(EncodeArchiveSeal(id, stored.size(), crc));
    EXPECT_NE(seal, Text(EncodeArchiveSeal(id, stored.size() + 1, crc)));
    EXPECT_NE(seal, Text(EncodeArchiveSeal(id, stored.size(), crc ^ 1)));
    stored += seal;
    ByteBuffer plain;
    DecodeFrame(*codec.new_decoder(), AsBytes(stored), 4, plain);
    EXPECT_EQ(AsText(plain.view()), "data");
  }
  EXPECT_TRUE(EncodeArchiveSeal(CodecId::kNone, 1, 2).empty());
}

}  // namespace
}  // namespace haul
