#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/io/codec.h"
#include "tests/support/expect_error.h"

namespace haul::testing {

/// The contract of core/io/codec.h, run on one row of the table.
///
///   struct MyRow { static constexpr CodecId kId = CodecId::kMine; };
///   using MyCodecs = ::testing::Types<MyRow>;
///   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, CodecSuite, MyCodecs);
template <typename Row>
class CodecSuite : public ::testing::Test {
 protected:
  /// Text with repetitions and stretches that do not compress, the same every time.
  static std::string Plain(std::size_t size) {
    std::string plain;
    plain.reserve(size);
    std::uint32_t random = 12345;
    while (plain.size() < size) {
      random = random * 1664525 + 1013904223;
      plain += random % 3 == 0 ? "shop.orders" : std::string(1, static_cast<char>(random >> 24));
    }
    plain.resize(size);
    return plain;
  }

  std::string Encode(std::string_view plain) {
    return std::string(AsText(encoder_->Encode(AsBytes(plain))));
  }

  /// The whole of `stored`, fed and drained in small pieces.
  std::string DecodeInPieces(std::string_view stored, std::size_t input_piece,
                             std::size_t output_piece) {
    std::string plain;
    std::vector<std::uint8_t> output(output_piece);
    std::size_t at = 0;
    for (;;) {
      const auto step =
          decoder_->Decode(AsBytes(stored.substr(at, input_piece)), std::span(output));
      at += step.consumed;
      plain += AsText(ByteView(output).first(step.produced));
      if (step.consumed == 0 && step.produced == 0) return plain;
    }
  }

  const Codec& codec_ = GetCodec(Row::kId);
  std::unique_ptr<FrameEncoder> encoder_ = codec_.new_encoder(codec_.default_level);
  std::unique_ptr<StreamDecoder> decoder_ = codec_.new_decoder();
};

TYPED_TEST_SUITE_P(CodecSuite);

TYPED_TEST_P(CodecSuite, DecodesWhatItEncodedWhateverTheSize) {
  ByteBuffer plain;
  for (const std::size_t size : {0UL, 1UL, 100UL, 70'000UL, 300'000UL}) {
    const std::string text = this->Plain(size);
    const std::string frame = this->Encode(text);
    DecodeFrame(*this->decoder_, AsBytes(frame), size, plain);
    EXPECT_TRUE(AsText(plain.view()) == text) << size;
  }
}

TYPED_TEST_P(CodecSuite, DecodesAtEveryLevel) {
  const std::string text = this->Plain(20'000);
  ByteBuffer plain;
  for (int level = this->codec_.min_level; level <= this->codec_.max_level; ++level) {
    const auto encoder = this->codec_.new_encoder(level);
    DecodeFrame(*this->decoder_, encoder->Encode(AsBytes(text)), text.size(), plain);
    EXPECT_TRUE(AsText(plain.view()) == text) << level;
  }
}

TYPED_TEST_P(CodecSuite, ReadsFramesAfterOneAnotherAsOneStreamInPiecesOfAnySize) {
  const std::string text = this->Plain(5000);
  const std::string stored = this->Encode(text) + this->Encode("") + this->Encode("tail");
  for (const std::size_t input : {1UL, 7UL, 100'000UL}) {
    for (const std::size_t output : {1UL, 13UL, 100'000UL}) {
      this->decoder_->Reset();
      EXPECT_TRUE(this->DecodeInPieces(stored, input, output) == text + "tail");
      EXPECT_TRUE(this->decoder_->AtBoundary());
    }
  }
}

TYPED_TEST_P(CodecSuite, EncodesTheSameBytesAgainAfterOtherFrames) {
  const std::string first = this->Encode("a frame");
  static_cast<void>(this->Encode(this->Plain(100'000)));
  EXPECT_EQ(this->Encode("a frame"), first);
}

TYPED_TEST_P(CodecSuite, RefusesAFrameThatHoldsMoreOrLessThanItShould) {
  const std::string frame = this->Encode("0123456789");
  ByteBuffer plain;
  for (const std::size_t size : {0UL, 9UL, 11UL, 1000UL}) {
    const auto error = Caught([&] { DecodeFrame(*this->decoder_, AsBytes(frame), size, plain); });
    ASSERT_TRUE(error) << size;
    EXPECT_EQ(error->code(), ExitCode::kCorrupt);
  }
}

TYPED_TEST_P(CodecSuite, NoticesEveryCutOfAFrame) {
  const std::string text = this->Plain(300);
  const std::string frame = this->Encode(text);
  ByteBuffer plain;
  for (std::size_t size = 0; size < frame.size(); ++size) {
    const auto error = Caught(
        [&] { DecodeFrame(*this->decoder_, AsBytes(frame).first(size), text.size(), plain); });
    ASSERT_TRUE(error) << size;
    EXPECT_EQ(error->code(), ExitCode::kCorrupt);
  }
}

TYPED_TEST_P(CodecSuite, RefusesBytesAfterAFrame) {
  const std::string frame = this->Encode("0123456789") + "x";
  ByteBuffer plain;
  const auto error = Caught([&] { DecodeFrame(*this->decoder_, AsBytes(frame), 10, plain); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kCorrupt);
}

TYPED_TEST_P(CodecSuite, DecodesAGoodFrameAfterABadOne) {
  const std::string text = this->Plain(1000);
  const std::string frame = this->Encode(text);
  ByteBuffer plain;
  ASSERT_TRUE(Caught([&] {
    DecodeFrame(*this->decoder_, AsBytes(frame).first(frame.size() / 2), text.size(), plain);
  }));
  DecodeFrame(*this->decoder_, AsBytes(frame), text.size(), plain);
  EXPECT_TRUE(AsText(plain.view()) == text);
}

TYPED_TEST_P(CodecSuite, PassesOverNotesBetweenAndAfterFrames) {
  const std::string note(AsText(this->codec_.encode_note(AsBytes("a note")).view()));
  EXPECT_EQ(note.empty(), this->codec_.magic.empty());
  const std::string stored = note + this->Encode("first") + note + this->Encode("second") + note;
  EXPECT_EQ(this->DecodeInPieces(stored, 3, 4), "firstsecond");
  EXPECT_TRUE(this->decoder_->AtBoundary());
}

// What follows concerns only formats with a beginning and an end of their own.
TYPED_TEST_P(CodecSuite, TellsTheMiddleOfAStreamFromItsEnd) {
  if (this->codec_.magic.empty()) return;
  const std::string frame = this->Encode(this->Plain(300));
  for (std::size_t size = 1; size < frame.size(); ++size) {
    this->decoder_->Reset();
    this->DecodeInPieces(std::string_view(frame).substr(0, size), size, 1000);
    ASSERT_FALSE(this->decoder_->AtBoundary()) << size;
  }
}

TYPED_TEST_P(CodecSuite, RefusesGarbage) {
  if (this->codec_.magic.empty()) return;
  const auto error = Caught([&] { this->DecodeInPieces(std::string(100, 'g'), 100, 100); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kCorrupt);
}

TYPED_TEST_P(CodecSuite, RecognisesItsOwnBeginning) {
  const std::string frame = this->Encode("x");
  for (const Codec& codec : Codecs()) {
    EXPECT_EQ(codec.recognises(AsBytes(frame)), codec.id == TypeParam::kId && !codec.magic.empty());
    EXPECT_FALSE(codec.recognises({}));
  }
  EXPECT_TRUE(frame.starts_with(AsText(this->codec_.magic)));
}

REGISTER_TYPED_TEST_SUITE_P(CodecSuite, DecodesWhatItEncodedWhateverTheSize, DecodesAtEveryLevel,
                            ReadsFramesAfterOneAnotherAsOneStreamInPiecesOfAnySize,
                            EncodesTheSameBytesAgainAfterOtherFrames,
                            RefusesAFrameThatHoldsMoreOrLessThanItShould, NoticesEveryCutOfAFrame,
                            RefusesBytesAfterAFrame, DecodesAGoodFrameAfterABadOne,
                            PassesOverNotesBetweenAndAfterFrames, TellsTheMiddleOfAStreamFromItsEnd,
                            RefusesGarbage, RecognisesItsOwnBeginning);

}  // namespace haul::testing
