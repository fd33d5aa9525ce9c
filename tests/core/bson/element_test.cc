#include "core/bson/element.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/support/expect_error.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

std::vector<Element> WalkAll(const std::string& bytes) {
  std::vector<Element> elements;
  ElementWalk walk(AsBytes(bytes));
  while (const std::optional<Element> element = walk.Next()) elements.push_back(*element);
  return elements;
}

// A document of one element whose value is not checked by the builder.
std::string One(BsonType type, std::string_view value) {
  return BsonBuilder().Add(type, "x", value).bytes();
}

void ExpectFault(const std::string& bytes, const std::string& problem) {
  ExpectError([&] { WalkAll(bytes); }, ExitCode::kCorrupt, "element 'x' at byte 4 " + problem);
}

TEST(ElementWalk, YieldsElementsInOrderWithTheirBytes) {
  const std::string bytes =
      BsonBuilder().AddInt32("a", 7).AddString("", "hi").AddInt32("a", 8).bytes();
  const std::vector<Element> elements = WalkAll(bytes);
  ASSERT_EQ(elements.size(), 3U);
  EXPECT_EQ(elements[0].key, "a");
  EXPECT_EQ(elements[0].AsInteger(), 7);
  EXPECT_EQ(elements[1].key, "");
  EXPECT_EQ(elements[1].AsString(), "hi");
  EXPECT_EQ(AsText(elements[2].whole), std::string("\x10"
                                                   "a\0\x08\0\0\0",
                                                   7));
}

TEST(ElementWalk, StepsOverNestedDocumentsWithoutEnteringThem) {
  const std::string broken_inside = RawInt32(8) + std::string("\x63zz\0", 4);
  const std::string bytes =
      BsonBuilder().Add(BsonType::kDocument, "d", broken_inside).AddInt32("after", 1).bytes();
  const std::vector<Element> elements = WalkAll(bytes);
  ASSERT_EQ(elements.size(), 2U);
  EXPECT_EQ(AsText(*elements[0].AsDocument()), broken_inside);
}

TEST(ElementWalk, RefusesADocumentWhoseLengthDoesNotFit) {
  const std::string bytes = BsonBuilder().AddInt32("x", 1).bytes();
  ExpectError([&] { WalkAll(bytes + "more"); }, ExitCode::kCorrupt,
              "a document has a length that does not fit its bytes");
  ExpectError([&] { WalkAll(bytes.substr(0, 4)); }, ExitCode::kCorrupt,
              "a document is shorter than an empty document");
}

TEST(ElementWalk, RefusesATruncatedValueOfEveryType) {
  ExpectFault(One(BsonType::kInt32, "123"), "ends after its document");
  ExpectFault(One(BsonType::kDouble, "1234567"), "ends after its document");
  ExpectFault(One(BsonType::kObjectId, "12345678901"), "ends after its document");
  ExpectFault(One(BsonType::kDecimal128, "123456789012345"), "ends after its document");
  ExpectFault(One(BsonType::kBool, ""), "ends after its document");
  ExpectFault(One(BsonType::kRegex, std::string("pattern\0options", 15)),
              "ends after its document");
  ExpectFault(One(BsonType::kRegex, "pattern"), "ends after its document");
  ExpectFault(One(BsonType::kDbPointer, RawString("db.c") + "12345678901"),
              "ends after its document");
  ExpectFault(One(BsonType::kString, "123"), "ends after its document");
  ExpectFault(One(BsonType::kBinary, "123"), "ends after its document");
}

TEST(ElementWalk, RefusesLengthsThatAreTooLargeOrNegative) {
  const std::int32_t huge = std::numeric_limits<std::int32_t>::max();
  ExpectFault(One(BsonType::kString, RawInt32(huge) + "a\0"), "ends after its document");
  ExpectFault(One(BsonType::kBinary, RawInt32(huge) + "ab"), "ends after its document");
  ExpectFault(One(BsonType::kDocument, RawInt32(huge) + "ab"), "ends after its document");
  ExpectFault(One(BsonType::kCodeWithScope, RawInt32(huge) + "ab"), "ends after its document");
  ExpectFault(One(BsonType::kString, RawInt32(0) + "a"), "has a string length below 1");
  ExpectFault(One(BsonType::kString, RawInt32(-5) + "a"), "has a string length below 1");
  ExpectFault(One(BsonType::kBinary, RawInt32(-1) + "ab"), "has a negative binary length");
  ExpectFault(One(BsonType::kArray, RawInt32(4) + "ab"), "has a document length below 5");
  ExpectFault(One(BsonType::kCodeWithScope, RawInt32(13) + "ab"), "has a code length below 14");
}

TEST(ElementWalk, RefusesMissingTerminatorsAndGarbage) {
  ExpectFault(One(BsonType::kString, RawInt32(2) + "ab"), "is a string that does not end with 0");
  ExpectFault(One(BsonType::kDocument, RawInt32(5) + "a"),
              "is a document that does not end with 0");
  ExpectFault(One(BsonType{0x21}, "abc"), "has a type that BSON does not know");
  const std::string no_name_end = RawInt32(8) +
                                  "\x10"
                                  "ab" +
                                  '\0';
  ExpectError([&] { WalkAll(no_name_end); }, ExitCode::kCorrupt,
              "element '' at byte 4 has a name that does not end");
  const std::string early_end = RawInt32(7) + std::string(3, '\0');
  ExpectError([&] { WalkAll(early_end); }, ExitCode::kCorrupt,
              "element '' at byte 4 is a terminator before the end of its document");
}

TEST(Element, ReadsNumbersOfAllThreeTypes) {
  const std::string bytes = BsonBuilder()
                                .AddInt32("i", -3)
                                .Add(BsonType::kInt64, "l", RawInt64(1LL << 40))
                                .AddDouble("whole", 12.0)
                                .AddDouble("half", 0.5)
                                .AddDouble("large", 9.3e18)
                                .AddDouble("nan", std::numeric_limits<double>::quiet_NaN())
                                .AddString("text", "1")
                                .bytes();
  const auto integer = [&](std::string_view key) {
    return FindElement(AsBytes(bytes), key)->AsInteger();
  };
  EXPECT_EQ(integer("i"), -3);
  EXPECT_EQ(integer("l"), 1LL << 40);
  EXPECT_EQ(integer("whole"), 12);
  EXPECT_EQ(integer("half"), std::nullopt);
  EXPECT_EQ(integer("large"), std::nullopt);
  EXPECT_EQ(integer("nan"), std::nullopt);
  EXPECT_EQ(integer("text"), std::nullopt);
  EXPECT_EQ(FindElement(AsBytes(bytes), "half")->AsDouble(), 0.5);
  EXPECT_EQ(FindElement(AsBytes(bytes), "l")->AsDouble(), 1099511627776.0);
}

TEST(Element, TakesNumbersForBoolsButNotStrings) {
  const std::string bytes = BsonBuilder()
                                .Add(BsonType::kBool, "true", "\1")
                                .AddInt32("zero", 0)
                                .AddDouble("half", 0.5)
                                .AddString("text", "true")
                                .bytes();
  const auto flag = [&](std::string_view key) {
    return FindElement(AsBytes(bytes), key)->AsBool();
  };
  EXPECT_EQ(flag("true"), true);
  EXPECT_EQ(flag("zero"), false);
  EXPECT_EQ(flag("half"), true);
  EXPECT_EQ(flag("text"), std::nullopt);
}

TEST(FindElement, AnswersTheFirstOfThatNameOrNothing) {
  const std::string bytes = BsonBuilder().AddInt32("a", 1).AddInt32("a", 2).bytes();
  EXPECT_EQ(FindElement(AsBytes(bytes), "a")->AsInteger(), 1);
  EXPECT_FALSE(FindElement(AsBytes(bytes), "b"));
}

}  // namespace
}  // namespace haul
