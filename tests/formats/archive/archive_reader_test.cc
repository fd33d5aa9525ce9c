#include "formats/archive_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/bson/framing.h"
#include "tests/conformance/test_documents.h"
#include "tests/formats/archive/made_archive.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_directory.h"

namespace haul::testing {
namespace {

const Namespace kA{"shop", "a"};
const Namespace kB{"shop", "b"};

std::string Golden() { return ReadAll(std::string(HAUL_GOLDEN_DIR) + "/archives/tiny.archive"); }

std::string Packed(CodecId codec, std::string_view bytes) {
  const auto encoder = GetCodec(codec).new_encoder(GetCodec(codec).default_level);
  return std::string(AsText(encoder->Encode(AsBytes(bytes))));
}

TEST(ArchiveReader, ReadsAnArchiveOfMongodump) {
  const std::string bytes = Golden();
  TextSource source(bytes);
  ArchiveReader reader(source, {.name = "x"});
  EXPECT_FALSE(reader.own());
  EXPECT_EQ(reader.prelude().origin.server_version, "6.0.5");
  ASSERT_EQ(reader.members().size(), 1U);
  EXPECT_EQ(reader.members()[0].spec.indexes.size(), 1U);
  EXPECT_EQ(ReadArchive(bytes)["tiny.a"].size(), 2U);
}

TEST(ArchiveReader, SeesThePackingByItself) {
  const Held expected = ReadArchive(Golden());
  for (const CodecId codec : {CodecId::kGzip, CodecId::kZstd}) {
    const std::string half = Golden().substr(0, 100);
    const std::string rest = Golden().substr(100);
    EXPECT_EQ(ReadArchive(Packed(codec, Golden())), expected);
    EXPECT_EQ(ReadArchive(Packed(codec, half) + Packed(codec, rest)), expected);
  }
}

TEST(ArchiveReader, ReadsPipesThatYieldByteByByte) {
  EXPECT_EQ(ReadArchive(Golden(), 1), ReadArchive(Golden()));
  const std::string own = OwnArchive(CodecId::kGzip, NumberedDocuments(3));
  EXPECT_EQ(ReadArchive(own, 1), ReadArchive(own));
}

TEST(ArchiveReader, PassesAnUnknownServerVersionAndUnknownFieldsOfThePrelude) {
  EXPECT_EQ(ReadArchive(ForeignPrelude({{kA, ""}}, "unknown") + Block(kA) + End(kA)).size(), 1U);
}

TEST(ArchiveReader, AcceptsAnEndWithoutABlockBefore) {
  EXPECT_EQ(ReadArchive(ForeignPrelude({{kA, ""}}) + End(kA)).size(), 1U);
}

TEST(ArchiveReader, TakesBlocksOfATimeSeriesCollectionUnderEitherName) {
  const std::string prelude =
      ForeignPrelude({{kA, R"({"options":{"timeseries":{"timeField":"t"}},"indexes":[]})"}});
  const std::string document = NumberedDocument(1);
  for (const char* name : {"system.buckets.a", "a"}) {
    const Namespace ns{"shop", name};
    EXPECT_EQ(ReadArchive(prelude + Block(ns, document) + End(ns, document))["shop.a"].size(), 1U);
  }
}

TEST(ArchiveReader, TellsUsersRolesAndTheOplogFromCollections) {
  const std::string bytes = ForeignPrelude({{{"shop", "$admin.system.users"}, ""},
                                            {{"admin", "system.version"}, "{}"},
                                            {{"admin", "other"}, "{}"},
                                            {{"", "oplog"}, ""}});
  TextSource source(bytes);
  const ArchiveReader reader(source, {});
  using Role = ArchiveMember::Role;
  EXPECT_EQ(reader.members()[0].role, Role::kAdminData);
  EXPECT_EQ(reader.members()[0].admin, DumpedAdminData::Kind::kUsers);
  EXPECT_EQ(reader.members()[1].admin, DumpedAdminData::Kind::kVersion);
  EXPECT_EQ(reader.members()[2].role, Role::kCollection);
  EXPECT_EQ(reader.members()[3].role, Role::kOplog);
}

// The old tool waits for ever here.
TEST(ArchiveReader, PassesMoreOpenNamespacesThanThePreludePromises) {
  constexpr int kNamespaces = 2000;
  constexpr int kRounds = 3;
  Declared declared;
  std::string blocks;
  std::string ends;
  for (int i = 0; i < kNamespaces; ++i) declared.push_back({{"shop", std::to_string(i)}, ""});
  for (int round = 0; round < kRounds; ++round) {
    for (const auto& [ns, text] : declared) blocks += Block(ns, NumberedDocument(round));
  }
  std::string all;
  for (const std::string& document : NumberedDocuments(kRounds)) all += document;
  for (const auto& [ns, text] : declared) ends += End(ns, all);
  const Held held = ReadArchive(ForeignPrelude(declared) + blocks + ends);
  EXPECT_EQ(held.size(), kNamespaces);
  EXPECT_EQ(held.at("shop.1999"), NumberedDocuments(kRounds));
}

TEST(ArchiveReader, CutsLargeBlocksIntoBatches) {
  std::string all;
  for (const std::string& document : NumberedDocuments(120, 100 * 1024)) all += document;
  const std::string bytes = ForeignPrelude({{kA, ""}}) + Block(kA, all) + End(kA, all);
  TextSource source(bytes);
  ArchiveReader reader(source, {});
  Batch batch;
  std::size_t documents = 0;
  while (reader.Next(batch)) {
    EXPECT_LE(batch.bytes().size(), kBatchBytes);
    documents += batch.documents();
  }
  EXPECT_EQ(documents, 120U);
  EXPECT_EQ(batch.documents(), 0U);
  EXPECT_FALSE(reader.Next(batch));
}

TEST(ArchiveReader, PassesTheLargestDocuments) {
  const std::size_t overhead = NumberedDocument(0).size();
  const auto of_size = [&](std::size_t size) { return NumberedDocument(0, size - overhead); };
  const auto read = [](const Namespace& ns, const std::string& document) {
    return Caught([&] {
      static_cast<void>(
          ReadArchive(ForeignPrelude({{ns, ""}}) + Block(ns, document) + End(ns, document)));
    });
  };
  const Namespace oplog{"", "oplog"};
  EXPECT_FALSE(read(kA, of_size(kMaxDocumentSize)));
  EXPECT_TRUE(read(kA, of_size(kMaxDocumentSize + 1)));
  EXPECT_FALSE(read(oplog, of_size(kMaxInternalDocumentSize)));
  EXPECT_TRUE(read(oplog, of_size(kMaxInternalDocumentSize + 1)));
}

TEST(ArchiveReader, LimitsThePrelude) {
  const std::string bytes = ForeignPrelude({{kA, std::string(2000, ' ')}});
  TextSource source(bytes);
  const auto error =
      Caught([&] { ArchiveReader(source, {.name = "x", .max_prelude_bytes = 1000}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kLimit);
}

struct Malformed {
  const char* what;
  std::string bytes;
  const char* message;
};

std::string WithField(const char* field) {
  Document header(AsBytes(Begin(kA)));
  BSON_APPEND_BOOL(header.bson(), field, true);
  return std::string(AsText(header.bytes()));
}

std::vector<Malformed> MalformedArchives() {
  const std::string prelude = ForeignPrelude({{kA, ""}, {kB, ""}});
  const std::string one = NumberedDocument(1);
  const std::string a = Block(kA, one) + End(kA, one);
  const std::string b = Block(kB) + End(kB);
  std::string zero_size = one;
  zero_size[0] = 4;
  std::string open_end = one;
  open_end.back() = 1;
  return {
      {"nothing", "", "does not begin as an archive does"},
      {"garbage", "garbage garbage", "does not begin as an archive does"},
      {"a directory's file", one, "does not begin as an archive does"},
      {"gzip of garbage", Packed(CodecId::kGzip, "garbage"), "does not begin as an archive does"},
      {"the magic alone", prelude.substr(0, 4), "the prelude is cut short"},
      {"no header", prelude.substr(0, 4) + Terminator(), "it has no header"},
      {"a header of garbage", prelude.substr(0, 4) + std::string(100, 'x'), "the prelude: "},
      {"metadata of garbage", ForeignPrelude({{kA, "{"}}), "shop.a"},
      {"a namespace twice", ForeignPrelude({{kA, ""}, {kA, ""}}), "shop.a"},
      {"a way out", ForeignPrelude({{{"../x", "a"}, ""}}), "../x"},
      {"a hidden name", ForeignPrelude({{{"shop", "../x"}, ""}}), "../x"},
      {"an empty database", ForeignPrelude({{{"", "a"}, ""}}), "x.archive"},
      {"an empty collection", ForeignPrelude({{{"shop", ""}, ""}}), "x.archive"},
      {"a NUL", ForeignPrelude({{{"shop", std::string("a\0b", 3)}, ""}}), "NUL"},
      {"no blocks", prelude, "shop.a does not come"},
      {"a namespace that never comes", prelude + a, "shop.b does not come"},
      {"a namespace that never ends", prelude + a + Block(kB), "shop.b does not end"},
      {"a namespace that is not declared", prelude + Block({"shop", "c"}),
       "a block of shop.c, which the prelude does not declare"},
      {"a namespace after its end", prelude + a + Block(kA), "shop.a comes again after its end"},
      {"a second end", prelude + a + End(kA, one), "shop.a comes again after its end"},
      {"another CRC", prelude + Block(kA, one) + End(kA), "the documents of shop.a are not those"},
      {"a CRC in a data block", prelude + Text(EncodeArchiveBlockHeader({.ns = kA, .crc = 1})),
       "does not end its namespace"},
      {"documents in the last block",
       prelude + Block(kA, one) + End(kA, one).substr(0, Begin(kA).size()) + one + Terminator(),
       "in a block of shop.a: documents in the block that ends"},
      {"a block without a header", prelude + one + Terminator(), "block header"},
      {"a doubled terminator", prelude + Terminator(), "begins with what ends one"},
      {"a doubled terminator at the end", prelude + a + b + Terminator(),
       "begins with what ends one"},
      {"trailing bytes", prelude + a + b + "x", "cut short"},
      {"a trailing document", prelude + a + b + one, "block header"},
      {"no last terminator", prelude + a + b.substr(0, b.size() - 4), "cut short"},
      {"an unknown field in a block header", prelude + WithField("x"), "block header"},
      {"a CRC of another type", prelude + WithField("CRC"), "block header"},
      {"a document too small", prelude + Begin(kA) + zero_size, "in a block of shop.a"},
      {"a document without an end", prelude + Begin(kA) + open_end, "in a block of shop.a"},
      {"documents in a view",
       ForeignPrelude({{kA, R"({"options":{"viewOn":"b","pipeline":[]}})"}}) + Block(kA, one),
       "documents in a view"},
  };
}

void ExpectRefused(const Malformed& malformed, std::size_t piece) {
  const auto error = Caught([&] { static_cast<void>(ReadArchive(malformed.bytes, piece)); });
  ASSERT_TRUE(error) << malformed.what;
  EXPECT_EQ(error->code(), ExitCode::kCorrupt) << malformed.what;
  EXPECT_NE(error->message().find(malformed.message), std::string::npos)
      << malformed.what << ": " << error->message();
}

TEST(ArchiveReader, RefusesWhatIsNotExactlyAnArchive) {
  constexpr std::size_t kSmallPieces = 7;
  for (const Malformed& malformed : MalformedArchives()) {
    ExpectRefused(malformed, SIZE_MAX);
    ExpectRefused(malformed, kSmallPieces);
  }
}

TEST(ArchiveReader, SaysWhereAndInWhichNamespace) {
  const std::string prelude = ForeignPrelude({{kA, ""}});
  const std::string block = Begin(kA);
  ExpectError([&] { static_cast<void>(ReadArchive(prelude + block + NumberedDocument(1))); },
              ExitCode::kCorrupt,
              "read x.archive at byte " +
                  std::to_string(prelude.size() + block.size() + NumberedDocument(1).size()) +
                  ": in a block of shop.a: the archive is cut short");
}

void ExpectNoCutPasses(const std::string& bytes) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto error = Caught([&] { static_cast<void>(ReadArchive(bytes.substr(0, size))); });
    ASSERT_TRUE(error) << "cut at byte " << size << " of " << bytes.size();
    EXPECT_EQ(error->code(), ExitCode::kCorrupt);
  }
}

// Whatever is said of an altered byte, it is not "complete".
void ExpectNoAlteredBytePasses(const std::string& bytes, std::size_t from) {
  for (const int change : {0x01, 0x20, 0x80, 0xFF}) {
    for (std::size_t at = from; at < bytes.size(); ++at) {
      std::string altered = bytes;
      altered[at] = static_cast<char>(altered[at] ^ change);
      EXPECT_TRUE(Caught([&] { static_cast<void>(ReadArchive(altered)); }))
          << "byte " << at << " of " << bytes.size() << " altered by " << change;
    }
  }
}

class OwnArchives : public ::testing::TestWithParam<CodecId> {
 protected:
  std::string bytes_ = OwnArchive(GetParam(), NumberedDocuments(3));
};

TEST_P(OwnArchives, AreRead) { EXPECT_EQ(ReadArchive(bytes_)["shop.a"], NumberedDocuments(3)); }
TEST_P(OwnArchives, AreHeldToTheirLastByte) { ExpectNoCutPasses(bytes_); }
TEST_P(OwnArchives, AreHeldToEveryByte) { ExpectNoAlteredBytePasses(bytes_, 0); }
TEST_P(OwnArchives, MayBeUnpackedAndPackedAnew) {
  const std::string plain = OwnArchive(CodecId::kNone, NumberedDocuments(3));
  EXPECT_EQ(ReadArchive(Packed(GetParam(), plain)), ReadArchive(plain));
}
INSTANTIATE_TEST_SUITE_P(Codecs, OwnArchives,
                         ::testing::Values(CodecId::kNone, CodecId::kGzip, CodecId::kZstd));

TEST(ForeignArchive, IsHeldToItsLastByte) {
  ExpectNoCutPasses(Golden());
  ExpectNoCutPasses(Packed(CodecId::kGzip, Golden()));
}

TEST(ForeignArchive, IsHeldToEveryByteBehindItsPrelude) {
  const std::string bytes = Golden();
  ExpectNoAlteredBytePasses(bytes, bytes.find(Terminator()));
}

}  // namespace
}  // namespace haul::testing
