#include <gtest/gtest.h>

#include <string>

#include "core/bson/extended_json.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

TEST(ExtendedJson, BringsRandomDocumentsOfAllTypesBackByteForByte) {
  RandomDocuments documents(41);
  for (int i = 0; i < 3'000; ++i) {
    const Document document = documents.Next();
    const std::string json = ToCanonicalJson(document.bytes());
    ASSERT_EQ(ParseExtendedJson(json, "text"), document) << json;
  }
}

TEST(ExtendedJson, IsTheSameTextAfterOneTrip) {
  RandomDocuments documents(42);
  for (int i = 0; i < 500; ++i) {
    const std::string json = ToCanonicalJson(documents.Next().bytes());
    ASSERT_EQ(ToCanonicalJson(ParseExtendedJson(json, "text").bytes()), json);
  }
}

TEST(ExtendedJson, BringsDeepNestingBack) {
  for (const int nesting : {99, 100, 180, 200, 999}) {
    const Document document = RandomDocuments::Nested(nesting);
    const std::string json = ToCanonicalJson(document.bytes());
    EXPECT_EQ(ParseExtendedJson(json, "text"), document) << nesting;
  }
}

TEST(RandomDocuments, AreTheSameForTheSameSeed) {
  RandomDocuments one(7);
  RandomDocuments two(7);
  RandomDocuments other(8);
  bool differs = false;
  for (int i = 0; i < 20; ++i) {
    const Document document = one.Next();
    EXPECT_EQ(document, two.Next());
    differs = differs || !(document == other.Next());
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace haul
