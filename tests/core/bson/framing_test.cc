#include "core/bson/framing.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/random_document.h"

namespace haul {
namespace {

TEST(FrameDocument, FindsTheDocumentAtTheFront) {
  const std::string document = BsonBuilder().AddInt32("a", 1).bytes();
  const Framed framed = FrameDocument(AsBytes(document + document));
  EXPECT_EQ(framed.state, Framed::State::kDocument);
  EXPECT_EQ(framed.size, document.size());
}

TEST(FrameDocument, AsksForFiveBytesOfNothing) {
  const Framed framed = FrameDocument({});
  EXPECT_EQ(framed.state, Framed::State::kIncomplete);
  EXPECT_EQ(framed.size, 5U);
}

TEST(FrameDocument, CallsEveryPrefixOfADocumentIncomplete) {
  RandomDocuments documents(11);
  for (int i = 0; i < 100; ++i) {
    const Document document = documents.Next();
    for (std::size_t size = 0; size < document.bytes().size(); ++size) {
      const Framed framed = FrameDocument(document.bytes().first(size));
      ASSERT_EQ(framed.state, Framed::State::kIncomplete) << size;
      ASSERT_GT(framed.size, 0U);
      ASSERT_LE(size + framed.size, document.bytes().size());
    }
    ASSERT_EQ(FrameDocument(document.bytes()).state, Framed::State::kDocument);
  }
}

TEST(FrameDocument, TellsExactlyHowMuchIsMissingOnceTheLengthIsThere) {
  const std::string document = BsonBuilder().AddString("a", "some text").bytes();
  EXPECT_EQ(FrameDocument(AsBytes(document).first(4)).size, document.size() - 4);
  EXPECT_EQ(FrameDocument(AsBytes(document).first(document.size() - 1)).size, 1U);
}

TEST(FrameDocument, RefusesALengthBelowAnEmptyDocument) {
  const Framed framed = FrameDocument(AsBytes(RawInt32(4) + '\0'));
  EXPECT_EQ(framed.state, Framed::State::kBad);
  EXPECT_EQ(framed.problem, "its length of 4 bytes is below the 5 of an empty document");
  EXPECT_EQ(FrameDocument(AsBytes(RawInt32(-1))).problem,
            "its length of -1 bytes is below the 5 of an empty document");
}

TEST(FrameDocument, TakesTheLargestDocumentAndRefusesOneByteMore) {
  const auto largest = static_cast<std::int32_t>(kMaxInternalDocumentSize);
  EXPECT_EQ(FrameDocument(AsBytes(RawInt32(largest))).state, Framed::State::kIncomplete);
  const Framed framed = FrameDocument(AsBytes(RawInt32(largest + 1)));
  EXPECT_EQ(framed.state, Framed::State::kBad);
  EXPECT_EQ(framed.problem, "its length of 16793601 bytes exceeds the limit of 16793600");
  EXPECT_EQ(FrameDocument(AsBytes(RawInt32(101)), 100).state, Framed::State::kBad);
}

TEST(FrameDocument, RefusesADocumentThatDoesNotEndWithZero) {
  std::string document = BsonBuilder().AddInt32("a", 1).bytes();
  document.back() = 'A';
  const Framed framed = FrameDocument(AsBytes(document));
  EXPECT_EQ(framed.state, Framed::State::kBad);
  EXPECT_EQ(framed.problem, "its last byte (of 12) is 0x41, not 0");
}

}  // namespace
}  // namespace haul
