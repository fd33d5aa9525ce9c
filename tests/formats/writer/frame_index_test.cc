#include "formats/frame_index.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/io/little_endian.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

std::vector<FrameEntry> SomeFrames() {
  std::vector<FrameEntry> frames(3);
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    FrameEntry& frame = frames[i];
    frame.offset = offset;
    frame.stored_size = 100 + static_cast<std::uint32_t>(i);
    frame.plain_size = 400;
    frame.documents = 7;
    frame.hash.fill(static_cast<std::uint8_t>(i));
    offset += frame.stored_size;
  }
  frames[1].first_id = std::string("\x10\x01\0\0\0", 5);
  frames[1].last_id = std::string(kMaxIndexedIdBytes, 'x');
  return frames;
}

std::string Text(const ByteBuffer& bytes) { return std::string(AsText(bytes.view())); }

ExitCode CodeOfDecoding(std::string_view index) {
  const auto error = Caught([&] { static_cast<void>(DecodeFrameIndex(AsBytes(index))); });
  return error ? error->code() : ExitCode::kOk;
}

/// The index with its hash made right again: what only the checks behind the hash can refuse.
std::string Rehashed(std::string index) {
  index.resize(index.size() - sizeof(Hash256));
  return index + std::string(AsText(Blake2b256(AsBytes(index))));
}

TEST(FrameIndex, ComesBackAsItWas) {
  EXPECT_EQ(DecodeFrameIndex(EncodeFrameIndex(SomeFrames()).view()), SomeFrames());
  EXPECT_TRUE(DecodeFrameIndex(EncodeFrameIndex({}).view()).empty());
}

TEST(FrameIndex, NoticesEveryFlippedBitAndEveryCut) {
  std::string index = Text(EncodeFrameIndex(SomeFrames()));
  for (std::size_t bit = 0; bit < index.size() * 8; ++bit) {
    const char flip = static_cast<char>(1 << (bit % 8));
    index[bit / 8] = static_cast<char>(index[bit / 8] ^ flip);
    ASSERT_EQ(CodeOfDecoding(index), ExitCode::kCorrupt) << bit;
    index[bit / 8] = static_cast<char>(index[bit / 8] ^ flip);
  }
  for (std::size_t size = 0; size < index.size(); ++size) {
    ASSERT_EQ(CodeOfDecoding(index.substr(0, size)), ExitCode::kCorrupt) << size;
  }
  EXPECT_EQ(CodeOfDecoding(index + '\0'), ExitCode::kCorrupt);
  EXPECT_EQ(CodeOfDecoding(std::string(1000, 'g')), ExitCode::kCorrupt);
}

TEST(FrameIndex, RefusesACountThatTheBytesCannotHold) {
  std::string index = Text(EncodeFrameIndex(SomeFrames()));
  for (const int count : {2, 4, 255}) {
    index[8] = static_cast<char>(count);
    EXPECT_EQ(CodeOfDecoding(Rehashed(index)), ExitCode::kCorrupt) << count;
  }
  index[8] = 3;
  EXPECT_EQ(CodeOfDecoding(Rehashed(index)), ExitCode::kOk);
  index[11] = '\x7F';
  EXPECT_EQ(CodeOfDecoding(Rehashed(index)), ExitCode::kCorrupt);
}

TEST(FrameIndex, RefusesFramesThatAReaderShouldNotAllocate) {
  std::vector<FrameEntry> frames(1);
  frames[0].plain_size = kMaxFrameBytes;
  EXPECT_EQ(CodeOfDecoding(Text(EncodeFrameIndex(frames))), ExitCode::kOk);
  frames[0].plain_size = kMaxFrameBytes + 1;
  EXPECT_EQ(CodeOfDecoding(Text(EncodeFrameIndex(frames))), ExitCode::kCorrupt);
  frames[0].plain_size = 1;
  frames[0].stored_size = UINT32_MAX;
  EXPECT_EQ(CodeOfDecoding(Text(EncodeFrameIndex(frames))), ExitCode::kCorrupt);
  frames[0].stored_size = 1;
  frames[0].first_id = std::string(kMaxIndexedIdBytes + 1, 'x');
  EXPECT_EQ(CodeOfDecoding(Text(EncodeFrameIndex(frames))), ExitCode::kCorrupt);
}

TEST(ZstdTail, IsFoundFromTheEndOfTheFile) {
  const ByteBuffer tail = EncodeZstdTail(SomeFrames());
  EXPECT_EQ(ZstdTailSize(tail.view().last(kZstdFooterBytes)), tail.size());
  EXPECT_EQ(DecodeZstdTail(tail.view()), SomeFrames());
}

TEST(ZstdTail, EndsWithTheSeekTableOfTheSeekableFormat) {
  const ByteBuffer tail = EncodeZstdTail(SomeFrames());
  const ByteBuffer index = EncodeFrameIndex(SomeFrames());
  const ByteView table = tail.view().subspan(8 + index.size());
  ASSERT_EQ(table.size(), 8 + 4 * 8 + 9U);
  EXPECT_EQ(ReadLittleEndian<std::uint32_t>(table), 0x184D2A5EU);
  EXPECT_EQ(ReadLittleEndian<std::uint32_t>(table.subspan(4)), 4 * 8 + 9U);
  EXPECT_EQ(ReadLittleEndian<std::uint32_t>(table.subspan(8)), 100U);
  EXPECT_EQ(ReadLittleEndian<std::uint32_t>(table.subspan(12)), 400U);
  EXPECT_EQ(ReadLittleEndian<std::uint32_t>(table.subspan(32)), 8 + index.size());
  EXPECT_EQ(ReadLittleEndian<std::uint32_t>(table.subspan(36)), 0U);
  EXPECT_EQ(ReadLittleEndian<std::uint32_t>(table.subspan(40)), 4U);
  EXPECT_EQ(table[44], 0);
  EXPECT_EQ(ReadLittleEndian<std::uint32_t>(table.subspan(45)), 0x8F92EAB1U);
}

TEST(ZstdTail, NoticesEveryFlippedBit) {
  std::string tail = Text(EncodeZstdTail(SomeFrames()));
  for (std::size_t bit = 0; bit < tail.size() * 8; ++bit) {
    const char flip = static_cast<char>(1 << (bit % 8));
    tail[bit / 8] = static_cast<char>(tail[bit / 8] ^ flip);
    bool noticed = true;
    try {
      const auto frames = DecodeZstdTail(AsBytes(tail));
      noticed = !frames;  // not an index frame at all
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ExitCode::kCorrupt);
    }
    ASSERT_TRUE(noticed) << bit;
    tail[bit / 8] = static_cast<char>(tail[bit / 8] ^ flip);
  }
}

TEST(ZstdTail, IsAbsentFromOtherFiles) {
  EXPECT_FALSE(ZstdTailSize(AsBytes(std::string(kZstdFooterBytes, 'x'))));
  EXPECT_FALSE(ZstdTailSize({}));
  EXPECT_FALSE(DecodeZstdTail({}));
  const std::string tail = Text(EncodeZstdTail(SomeFrames()));
  EXPECT_TRUE(Caught(
      [&] { static_cast<void>(DecodeZstdTail(AsBytes(std::string_view(tail).substr(0, 40)))); }));
}

}  // namespace
}  // namespace haul
