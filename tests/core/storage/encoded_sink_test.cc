#include "core/storage/encoded_sink.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace haul {
namespace {

/// Keeps what it gets where the test can see it.
class Kept final : public ByteSink {
 public:
  explicit Kept(std::string& text, bool& committed) : text_(text), committed_(committed) {}
  void Append(ByteView bytes) override { text_ += AsText(bytes); }
  void Commit() override { committed_ = true; }

 private:
  std::string& text_;
  bool& committed_;
};

struct Packed {
  std::string bytes;
  bool committed = false;
};

Packed Pack(CodecChoice codec, const std::vector<std::string>& pieces) {
  Packed packed;
  const auto sink = NewEncodedSink(std::make_unique<Kept>(packed.bytes, packed.committed), codec);
  for (const std::string& piece : pieces) sink->Append(AsBytes(piece));
  EXPECT_FALSE(packed.committed);
  sink->Commit();
  return packed;
}

std::string Unpack(CodecId codec, const std::string& packed) {
  const auto decoder = GetCodec(codec).new_decoder();
  std::string plain;
  std::vector<std::uint8_t> room(100'000);
  ByteView input = AsBytes(packed);
  for (;;) {
    const auto [consumed, produced] = decoder->Decode(input, room);
    input = input.subspan(consumed);
    plain += AsText(ByteView(room).first(produced));
    if (consumed == 0 && produced == 0) break;
  }
  EXPECT_TRUE(input.empty());
  EXPECT_TRUE(decoder->AtBoundary());
  return plain;
}

class EncodedSink : public ::testing::TestWithParam<CodecId> {};

TEST_P(EncodedSink, PacksTheSameBytesAlikeHoweverTheyComeInPieces) {
  std::string text;
  for (int i = 0; text.size() < 3'000'000; ++i) text += "line " + std::to_string(i) + '\n';
  const CodecChoice codec{.id = GetParam(), .level = 1};
  const Packed whole = Pack(codec, {text});
  EXPECT_TRUE(whole.committed);
  EXPECT_EQ(Unpack(codec.id, whole.bytes), text);
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += 77'777)
    pieces.push_back(text.substr(at, 77'777));
  EXPECT_EQ(Pack(codec, pieces).bytes, whole.bytes);
}

TEST_P(EncodedSink, IsALegalFileWhenNothingWasWritten) {
  const Packed empty = Pack({.id = GetParam(), .level = 1}, {});
  EXPECT_FALSE(empty.bytes.empty());
  EXPECT_EQ(Unpack(GetParam(), empty.bytes), "");
}

INSTANTIATE_TEST_SUITE_P(Codecs, EncodedSink, ::testing::Values(CodecId::kGzip, CodecId::kZstd));

TEST(EncodedSinkOfNone, HandsOnWhatItGets) {
  EXPECT_EQ(Pack({.id = CodecId::kNone, .level = 0}, {"a", "b"}).bytes, "ab");
}

TEST(MeasuredSink, CountsAndHashesWhatPasses) {
  SinkMeasure measure;
  std::string text;
  bool committed = false;
  const auto sink = NewMeasuredSink(std::make_unique<Kept>(text, committed), measure);
  sink->Append(AsBytes("ab"));
  sink->Append(AsBytes("c"));
  sink->Commit();
  EXPECT_TRUE(committed);
  EXPECT_EQ(text, "abc");
  EXPECT_EQ(measure.bytes, 3U);
  EXPECT_EQ(measure.hash, HashToHex(Blake2b256(AsBytes("abc"))));
}

}  // namespace
}  // namespace haul
