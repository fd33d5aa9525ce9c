#include "formats/plain_source.h"

#include <gtest/gtest.h>

#include "formats/json_records.h"
#include "tests/formats/text/text_source.h"

namespace haul {
namespace {

const std::string kText = "{\"a\":1}\n{\"a\":2}\n";

std::string Packed(CodecId codec) {
  const auto encoder = GetCodec(codec).new_encoder(GetCodec(codec).default_level);
  return std::string(AsText(encoder->Encode(AsBytes(kText))));
}

ReadText Read(const std::string& stored) {
  TextSource source(stored, 3);
  PlainSource plain(source, {.name = "in.json"});
  TextBlocks blocks(plain, TextLayout::kJsonLines, {.name = "in.json"});
  JsonRecordParser parser(TextLayout::kJsonLines, "in.json");
  return ReadAll(blocks, parser);
}

TEST(PlainSource, UnpacksWhatItsFirstBytesTell) {
  for (const CodecId codec : {CodecId::kNone, CodecId::kGzip, CodecId::kZstd}) {
    const ReadText read = Read(Packed(codec));
    EXPECT_EQ(read.documents.size(), 2U);
    EXPECT_TRUE(read.bad.empty());
    EXPECT_EQ(read.fault, "");
  }
  EXPECT_TRUE(Read("").documents.empty());
}

TEST(PlainSource, RefusesAStreamThatIsCut) {
  for (const CodecId codec : {CodecId::kGzip, CodecId::kZstd}) {
    const std::string packed = Packed(codec);
    for (std::size_t size = 8; size < packed.size(); ++size) {
      EXPECT_EQ(Read(packed.substr(0, size)).code, ExitCode::kCorrupt) << size;
    }
    EXPECT_EQ(Read(packed + "x").code, ExitCode::kCorrupt);
  }
}

TEST(PlainSource, HandsOutWholeLinesBeforeTheCut) {
  const std::string packed = Packed(CodecId::kGzip);
  const ReadText read = Read(packed.substr(0, packed.size() - 4));
  EXPECT_EQ(read.documents.size(), 2U);
  EXPECT_EQ(read.fault, "read in.json: the gzip stream is cut short at byte " +
                            std::to_string(packed.size() - 4));
}

}  // namespace
}  // namespace haul
