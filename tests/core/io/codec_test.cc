#include "core/io/codec.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <string>

#include "core/io/little_endian.h"
#include "tests/conformance/codec_suite.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace testing {

struct None {
  static constexpr CodecId kId = CodecId::kNone;
};
struct Gzip {
  static constexpr CodecId kId = CodecId::kGzip;
};
struct Zstd {
  static constexpr CodecId kId = CodecId::kZstd;
};
INSTANTIATE_TYPED_TEST_SUITE_P(None, CodecSuite, ::testing::Types<None>);
INSTANTIATE_TYPED_TEST_SUITE_P(Gzip, CodecSuite, ::testing::Types<Gzip>);
INSTANTIATE_TYPED_TEST_SUITE_P(Zstd, CodecSuite, ::testing::Types<Zstd>);

}  // namespace testing

namespace {

TEST(CodecChoice, ReadsNameAndLevel) {
  const auto zstd = ParseCodecChoice("zstd");
  EXPECT_EQ(zstd.id, CodecId::kZstd);
  EXPECT_EQ(zstd.level, 2);
  EXPECT_EQ(ParseCodecChoice("zstd:19").level, 19);
  EXPECT_EQ(ParseCodecChoice("gzip").level, 6);
  EXPECT_EQ(ParseCodecChoice("gzip:1").level, 1);
  EXPECT_EQ(ParseCodecChoice("none").id, CodecId::kNone);
}

TEST(CodecChoice, RefusesWhatItCannotMean) {
  for (const auto* text : {"", "lz4", "zstd:", "zstd:0", "zstd:23", "zstd:2x", "gzip:10", "none:1",
                           "ZSTD", "zstd: 2", "gzip:-1"}) {
    const auto error = Caught([&] { static_cast<void>(ParseCodecChoice(text)); });
    ASSERT_TRUE(error) << text;
    EXPECT_EQ(error->code(), ExitCode::kUsage);
  }
  ExpectError([] { static_cast<void>(ParseCodecChoice("zstd:99")); }, ExitCode::kUsage,
              "compression 'zstd:99': the level is not a number from 1 to 22");
  ExpectError([] { static_cast<void>(ParseCodecChoice("lz4")); }, ExitCode::kUsage,
              "unknown compression 'lz4'");
}

TEST(CodecTable, FindsTheRowByTheFileName) {
  EXPECT_EQ(CodecByFileName("orders.bson").id, CodecId::kNone);
  EXPECT_EQ(CodecByFileName("orders.bson.gz").id, CodecId::kGzip);
  EXPECT_EQ(CodecByFileName("orders.bson.zst").id, CodecId::kZstd);
  EXPECT_EQ(CodecByFileName("zst").id, CodecId::kNone);
}

TEST(NoneCodec, HandsOutThePlainBytesWithoutACopy) {
  const std::string plain = "documents";
  const auto encoder = GetCodec(CodecId::kNone).new_encoder(0);
  EXPECT_EQ(encoder->Encode(AsBytes(plain)).data(), AsBytes(plain).data());
}

ByteView FrameOf(FrameEncoder& encoder, const std::string& plain) {
  return encoder.Encode(AsBytes(plain));
}

TEST(ZstdCodec, WritesTheContentSizeAndAChecksumIntoEachFrame) {
  const auto encoder = GetCodec(CodecId::kZstd).new_encoder(2);
  const std::string plain(1000, 'a');
  const ByteView frame = FrameOf(*encoder, plain);
  EXPECT_EQ(ZSTD_getFrameContentSize(frame.data(), frame.size()), plain.size());
  constexpr std::uint8_t kChecksumFlag = 4;
  EXPECT_NE(frame[4] & kChecksumFlag, 0);
}

// The content checksum is what finds a flip that still decodes.
TEST(ZstdCodec, NoticesEveryFlippedBit) {
  const auto encoder = GetCodec(CodecId::kZstd).new_encoder(2);
  const auto decoder = GetCodec(CodecId::kZstd).new_decoder();
  const std::string plain = "{_id: 1, name: 'alpha'}, {_id: 2, name: 'beta'}, {_id: 3}";
  std::string frame(AsText(FrameOf(*encoder, plain)));
  ByteBuffer decoded;
  std::size_t passed = 0;
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    frame[bit / 8] = static_cast<char>(frame[bit / 8] ^ (1 << (bit % 8)));
    const auto error =
        Caught([&] { DecodeFrame(*decoder, AsBytes(frame), plain.size(), decoded); });
    // Some header bits (unused ones) change nothing: then the plain bytes are right.
    if (!error && AsText(decoded.view()) != plain) ++passed;
    frame[bit / 8] = static_cast<char>(frame[bit / 8] ^ (1 << (bit % 8)));
  }
  EXPECT_EQ(passed, 0U);
}

TEST(ZstdCodec, PassesOverSkippableFramesAlsoWhereThereIsNothingElse) {
  ByteBuffer skippable;
  AppendLittleEndian(skippable, std::uint32_t{0x184D2A57});
  AppendLittleEndian(skippable, std::uint32_t{3});
  skippable.Append(AsBytes("abc"));
  ByteBuffer empty_skippable;
  AppendLittleEndian(empty_skippable, std::uint32_t{0x184D2A50});
  AppendLittleEndian(empty_skippable, std::uint32_t{0});
  const Codec& codec = GetCodec(CodecId::kZstd);
  EXPECT_TRUE(codec.recognises(skippable.view()));
  const auto encoder = codec.new_encoder(2);
  const std::string frame(AsText(FrameOf(*encoder, "data")));
  std::string stored(AsText(skippable.view()));
  stored += AsText(empty_skippable.view());
  ByteBuffer plain;
  const auto decoder = codec.new_decoder();
  DecodeFrame(*decoder, AsBytes(stored), 0, plain);
  DecodeFrame(*decoder, AsBytes(stored + frame + stored), 4, plain);
  EXPECT_EQ(AsText(plain.view()), "data");
  EXPECT_TRUE(
      Caught([&] { DecodeFrame(*decoder, AsBytes(stored).first(stored.size() - 1), 0, plain); }));
}

TEST(ZstdCodec, RefusesAWindowOfMoreThan128MiB) {
  const auto header_with_window = [](int window_log) {
    ByteBuffer frame;
    AppendLittleEndian(frame, std::uint32_t{ZSTD_MAGICNUMBER});
    frame.Append(std::array<std::uint8_t, 2>{0, static_cast<std::uint8_t>((window_log - 10) << 3)});
    frame.Append(std::array<std::uint8_t, 3>{1, 0, 0});  // a last, raw, empty block
    return frame;
  };
  const auto decoder = GetCodec(CodecId::kZstd).new_decoder();
  ByteBuffer plain;
  DecodeFrame(*decoder, header_with_window(27).view(), 0, plain);
  ExpectError([&] { DecodeFrame(*decoder, header_with_window(28).view(), 0, plain); },
              ExitCode::kLimit, "decompress zstd: the frame needs a window of more than 128 MiB");
}

TEST(GzipCodec, NoticesAChangedChecksum) {
  const auto encoder = GetCodec(CodecId::kGzip).new_encoder(6);
  const auto decoder = GetCodec(CodecId::kGzip).new_decoder();
  std::string frame(AsText(FrameOf(*encoder, "data")));
  frame[frame.size() - 8] = static_cast<char>(frame[frame.size() - 8] ^ 1);
  ByteBuffer plain;
  ExpectError([&] { DecodeFrame(*decoder, AsBytes(frame), 4, plain); }, ExitCode::kCorrupt,
              "decompress gzip: incorrect data check");
}

TEST(GzipCodec, RefusesBytesBetweenMembers) {
  const auto encoder = GetCodec(CodecId::kGzip).new_encoder(6);
  const auto decoder = GetCodec(CodecId::kGzip).new_decoder();
  const std::string member(AsText(FrameOf(*encoder, "data")));
  ByteBuffer plain;
  ExpectError([&] { DecodeFrame(*decoder, AsBytes(member + "junk" + member), 8, plain); },
              ExitCode::kCorrupt, "decompress gzip: incorrect header check");
}

}  // namespace
}  // namespace haul
