#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/bson/extended_json.h"
#include "formats/archive_writer.h"
#include "formats/dump_writer.h"
#include "formats/metadata_json.h"
#include "tests/conformance/document_sink_suite.h"
#include "tests/formats/writer/written_dump.h"

namespace haul {
namespace {

/// The lines of the first fenced block of that kind in formats/README.md.
std::vector<std::string> Block(const std::string& kind) {
  std::istringstream readme(ReadAll(std::string(HAUL_SOURCE_DIR) + "/formats/README.md"));
  std::vector<std::string> lines;
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    if (inside && line == "```") break;
    if (inside) lines.push_back(line);
    if (line == "```" + kind) inside = true;
  }
  return lines;
}

/// "0010  28 b5 2f fd  | meaning" without offset, blanks and meaning.
std::string HexOf(const std::string& line) {
  constexpr std::size_t kOffsetWidth = 4;
  std::string hex;
  for (const char c : line.substr(kOffsetWidth, line.find('|') - kOffsetWidth)) {
    if (c != ' ') hex += c;
  }
  return hex;
}

/// The bytes of such lines in hex, each offset checked against what came before.
std::string Shown(const std::string& kind) {
  std::string shown;
  for (const std::string& line : Block(kind)) {
    EXPECT_EQ(std::stoul(line.substr(0, 4), nullptr, 16), shown.size() / 2) << line;
    shown += HexOf(line);
  }
  return shown;
}

/// What both examples say of their run.
ManifestPart ExamplePart() {
  ManifestPart part;
  part.id = "0123456789abcdef0123456789abcdef";
  part.tool_version = "0.1.0";
  part.server_version = "6.0.5";
  part.started = "2026-01-02T03:04:05.000Z";
  part.finished = "2026-01-02T03:04:06.000Z";
  part.cluster_time_start = "1767323045:1";
  part.cluster_time_end = "1767323046:2";
  part.consistency = "none";
  part.options = ParseExtendedJson(R"({"db":"shop"})", "test");
  return part;
}

class ReadmeExample : public ::testing::Test {
 protected:
  void SetUp() override {
    const Namespace ns{"shop", "orders"};
    const DumpWriter::Options options{.root = root_ / "dump"};
    const std::string data = DumpWriter::DataPath(ns, options.codec.id);
    const auto writer =
        DumpWriter::Create(options, {data, DumpWriter::MetadataPath(ns, options.codec.id)});
    writer->WriteMetadata(testing::PlainSpec(ns.database, ns.collection));
    DataFileWriter& file = writer->OpenDataFile(data, ns);
    const auto encoder = writer->NewEncoder();
    const auto sink = file.NewSink(*encoder, {.id_ordered = true, .range = 0});
    const Document document = ParseExtendedJson(R"({"_id":1})", "test");
    sink->Write(testing::BatchOf({std::string(AsText(document.bytes()))}));
    sink->Finish();
    file.Finish();
    writer->Commit(ExamplePart(), "");
  }

  TemporaryDirectory root_;
};

TEST_F(ReadmeExample, ShowsTheDataFileByteForByte) {
  const std::string stored = ReadAll(root_ / "dump/shop/orders.bson.zst");
  EXPECT_EQ(Shown("hex"), ToHex(stored));
}

TEST_F(ReadmeExample, ShowsTheManifestByteForByte) {
  std::string shown;
  for (const std::string& line : Block("json")) shown += line + '\n';
  EXPECT_EQ(shown, ReadAll(root_ / "dump/manifest.json"));
}

TEST(ReadmeExampleOfAnArchive, ShowsItByteForByte) {
  const TemporaryDirectory root;
  const Namespace ns{"shop", "orders"};
  ArchivePrelude prelude;
  prelude.concurrent_collections = 4;
  prelude.origin = ExamplePart();
  prelude.collections = {{.ns = ns,
                          .metadata = ToMetadataJson(testing::PlainSpec("shop", "orders")),
                          .type = "collection"}};
  ArchiveWriter writer(NewFileSink(root / "a", {}), std::move(prelude),
                       {.codec = {CodecId::kNone, 0}});
  const auto encoder = GetCodec(CodecId::kNone).new_encoder(0);
  const auto sink = writer.Open(ns).NewSink(*encoder);
  const Document document = ParseExtendedJson(R"({"_id":1})", "test");
  sink->Write(testing::BatchOf({std::string(AsText(document.bytes()))}));
  sink->Finish();
  writer.Open(ns).Finish();
  writer.Commit();
  EXPECT_EQ(Shown("hex archive"), ToHex(ReadAll(root / "a")));
}

}  // namespace
}  // namespace haul
