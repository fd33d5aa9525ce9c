#include "formats/manifest.h"

#include <gtest/gtest.h>

#include <string>

#include "core/bson/extended_json.h"
#include "core/io/checksum.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

ManifestFile DataFileEntry() {
  ManifestFile file;
  file.path = "shop/orders \"2\".bson.gz";
  file.ns = {"shop", "orders \"2\"\n\xE2\x80\xA8"};
  file.codec = CodecId::kGzip;
  file.documents = 5'000'000'000;
  file.plain_bytes = 1ULL << 60;
  file.stored_bytes = 123;
  file.frames = 2;
  file.hash = std::string(64, 'a');
  file.index_offset = 0;
  file.index_bytes = 77;
  return file;
}

Manifest SomeManifest() {
  ManifestFile metadata;
  metadata.path = "shop/orders.metadata.json";
  metadata.role = ManifestFile::Role::kMetadata;
  metadata.ns = {"shop", "orders"};
  metadata.stored_bytes = 88;
  metadata.hash = std::string(64, 'b');
  ManifestFile prelude;
  prelude.path = "prelude.json";
  prelude.role = ManifestFile::Role::kPrelude;
  prelude.stored_bytes = 50;
  prelude.hash = std::string(64, 'c');

  ManifestPart part;
  part.id = std::string(32, '0');
  part.tool_version = "0.1.0";
  part.server_version = "6.0.5";
  part.started = "2026-01-02T03:04:05Z";
  part.finished = "2026-01-02T03:04:06Z";
  part.cluster_time_start = "1700000000:1";
  part.consistency = "none";
  part.options =
      ParseExtendedJson(R"({"query":{"when":{"$gt":{"$date":"2020-01-01T00:00:00Z"}}}})", "test");
  part.files.push_back(DataFileEntry());
  part.files.push_back(metadata);
  ManifestPart second;
  second.id = std::string(32, '1');
  second.files.push_back(prelude);
  ManifestPart third;
  third.id = std::string(32, '2');
  Manifest manifest;
  manifest.parts.push_back(std::move(part));
  manifest.parts.push_back(std::move(second));
  manifest.parts.push_back(std::move(third));
  return manifest;
}

ExitCode CodeOfParsing(std::string_view json) {
  const auto error = Caught([&] { static_cast<void>(ParseManifest(json)); });
  return error ? error->code() : ExitCode::kOk;
}

/// `json` with its last line made right for what stands before it.
std::string Rehashed(const std::string& json) {
  const std::size_t hash_line = json.rfind("\"blake2b256\"");
  const std::string body = json.substr(0, hash_line);
  return body + "\"blake2b256\":\"" + HashToHex(Blake2b256(AsBytes(body))) + "\"}\n";
}

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(Manifest, ComesBackAsItWas) {
  const std::string json = ToJson(SomeManifest());
  const Manifest manifest = ParseManifest(json);
  ASSERT_EQ(manifest.parts.size(), 3U);
  const ManifestPart& part = manifest.parts[0];
  EXPECT_EQ(part.cluster_time_start, "1700000000:1");
  EXPECT_EQ(part.options, SomeManifest().parts[0].options);
  ASSERT_EQ(part.files.size(), 2U);
  EXPECT_EQ(part.files[0].ns, DataFileEntry().ns);
  EXPECT_EQ(part.files[0].documents, DataFileEntry().documents);
  EXPECT_EQ(part.files[0].plain_bytes, DataFileEntry().plain_bytes);
  EXPECT_EQ(part.files[0].index_bytes, 77U);
  EXPECT_FALSE(part.files[1].index_bytes);
  EXPECT_EQ(ToJson(manifest), json);
}

TEST(Manifest, TellsHowConsistentAPartIs) {
  Manifest manifest = SomeManifest();
  ManifestPart& part = manifest.parts[0];
  part.consistency = "snapshot";
  part.snapshot_time = "1700000000:2";
  part.oplog_start = "1700000000:1";
  part.oplog_end = "1700000000:9";
  part.read_alone = {{"shop", "log.of \"all\""}, {"shop", "last"}};
  ManifestFile oplog = DataFileEntry();
  oplog.path = "oplog.bson";
  oplog.role = ManifestFile::Role::kOplog;
  oplog.ns = {};
  part.files.push_back(oplog);
  const std::string json = ToJson(manifest);
  const Manifest read = ParseManifest(json);
  EXPECT_EQ(read.parts[0].snapshot_time, "1700000000:2");
  EXPECT_EQ(read.parts[0].oplog_start, "1700000000:1");
  EXPECT_EQ(read.parts[0].oplog_end, "1700000000:9");
  EXPECT_EQ(read.parts[0].read_alone, part.read_alone);
  EXPECT_EQ(read.parts[0].files.back().role, ManifestFile::Role::kOplog);
  EXPECT_EQ(read.parts[0].files.back().documents, oplog.documents);
  EXPECT_TRUE(read.parts[1].read_alone.empty());
  EXPECT_EQ(ToJson(read), json);
  for (const char* wrong : {"1", "[1]"}) {
    const std::string from = R"(["shop.log.of \"all\"","shop.last"])";
    EXPECT_EQ(CodeOfParsing(Rehashed(Replaced(json, from, wrong))), ExitCode::kCorrupt) << wrong;
  }
}

TEST(Manifest, IsJsonForOtherTools) {
  const Document document = ParseExtendedJson(ToJson(SomeManifest()), "manifest.json");
  EXPECT_FALSE(document.empty());
}

TEST(Manifest, FindsAFileByItsPath) {
  const Manifest manifest = SomeManifest();
  ASSERT_NE(manifest.Find("prelude.json"), nullptr);
  EXPECT_EQ(manifest.Find("prelude.json")->stored_bytes, 50U);
  EXPECT_EQ(manifest.Find("none"), nullptr);
}

TEST(Manifest, NoticesEveryFlippedBitAndEveryCut) {
  std::string json = ToJson(SomeManifest());
  for (std::size_t bit = 0; bit < json.size() * 8; ++bit) {
    const char flip = static_cast<char>(1 << (bit % 8));
    json[bit / 8] = static_cast<char>(json[bit / 8] ^ flip);
    ASSERT_EQ(CodeOfParsing(json), ExitCode::kCorrupt) << bit;
    json[bit / 8] = static_cast<char>(json[bit / 8] ^ flip);
  }
  for (std::size_t size = 0; size < json.size(); ++size) {
    ASSERT_EQ(CodeOfParsing(json.substr(0, size)), ExitCode::kCorrupt) << size;
  }
  EXPECT_EQ(CodeOfParsing(json + "\n"), ExitCode::kCorrupt);
  EXPECT_EQ(CodeOfParsing(std::string(5000, 'g')), ExitCode::kCorrupt);
}

TEST(Manifest, RefusesWhatItsHashCannotVouchFor) {
  const std::string json = ToJson(SomeManifest());
  EXPECT_EQ(CodeOfParsing(Rehashed(json)), ExitCode::kOk);
  for (const auto& [what, with] : std::initializer_list<std::pair<const char*, const char*>>{
           {"\"prelude.json\"", "\"../prelude.json\""},
           {"\"prelude.json\"", "\"/prelude.json\""},
           {"\"prelude.json\"", "\"shop/orders.metadata.json\""},
           {"\"role\":\"metadata\"", "\"role\":\"other\""},
           {"\"storedBytes\":88", "\"storedBytes\":-1"},
           {"\"storedBytes\":88", "\"storedBytes\":\"88\""},
           {"\"documents\":5000000000,", ""},
           {",\"indexBytes\":77", ""},
           {"\"hash\":\"a", "\"hash\":\"A"},
           {"]}\n],\n", "]}\n],\n],\n"},
           {"{\"id\"", "{\"ID\""}}) {
    EXPECT_EQ(CodeOfParsing(Rehashed(Replaced(json, what, with))), ExitCode::kCorrupt) << with;
  }
}

TEST(Manifest, TellsANewerFormatFromADamagedOne) {
  const std::string newer =
      Replaced(ToJson(SomeManifest()), "\"haulManifest\":1", "\"haulManifest\":2");
  ExpectError([&] { static_cast<void>(ParseManifest(Rehashed(newer))); }, ExitCode::kUnsupported,
              "read manifest.json: written by a newer version of haul");
  ExpectError([&] { static_cast<void>(ParseManifest(newer)); }, ExitCode::kCorrupt,
              "read manifest.json: its hash does not match");
  const std::string codec =
      Replaced(ToJson(SomeManifest()), "\"codec\":\"gzip\"", "\"codec\":\"lz4\"");
  EXPECT_EQ(CodeOfParsing(Rehashed(codec)), ExitCode::kUnsupported);
}

}  // namespace
}  // namespace haul
