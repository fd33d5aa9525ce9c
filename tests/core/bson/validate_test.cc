#include "core/bson/validate.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/expect_error.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

// {x: {"": [VALUE]}}, so that the path and the offset of a fault can be told.
std::string Wrapped(BsonType type, std::string_view value) {
  const std::string array = BsonBuilder().Add(type, "0", value).bytes();
  const std::string inner = BsonBuilder().Add(BsonType::kArray, "", array).bytes();
  return BsonBuilder().Add(BsonType::kDocument, "x", inner).bytes();
}

void ExpectFault(BsonType type, std::string_view value, const std::string& problem) {
  ExpectError([&] { ValidateDocument(AsBytes(Wrapped(type, value))); }, ExitCode::kCorrupt,
              "element 'x..0' at byte 17 " + problem);
}

TEST(ValidateDocument, PassesDocumentsOfEveryType) {
  RandomDocuments documents(21);
  for (int i = 0; i < 500; ++i) EXPECT_NO_THROW(ValidateDocument(documents.Next().bytes()));
}

TEST(ValidateDocument, NamesThePathAndTheByteOfAFault) {
  ExpectFault(BsonType::kString, RawString("\xC3\x28"), "is a string that is not UTF-8");
  ExpectFault(BsonType::kSymbol, RawString("\xED\xA0\x80"), "is a string that is not UTF-8");
  ExpectFault(BsonType::kBool, "\2", "is a bool that is neither 0 nor 1");
  ExpectFault(BsonType::kRegex, std::string("\xFF\0i\0", 4), "is a pattern that is not UTF-8");
  ExpectFault(BsonType::kDbPointer, RawString("\xFF") + "123456789012",
              "has a namespace that is not UTF-8");
  ExpectFault(BsonType::kBinary, RawInt32(6) + '\2' + RawInt32(3) + "ab",
              "has an inner length that does not fit its bytes");
  ExpectFault(BsonType::kInt64, "1234567", "ends after its document");
}

TEST(ValidateDocument, LooksIntoTheScopeOfCode) {
  const std::string scope = BsonBuilder().Add(BsonType::kBool, "flag", "\7").bytes();
  const std::string parts = RawString("f()") + scope;
  const auto length = static_cast<std::int32_t>(parts.size() + 4);
  const std::string bytes =
      BsonBuilder().Add(BsonType::kCodeWithScope, "c", RawInt32(length) + parts).bytes();
  ExpectError([&] { ValidateDocument(AsBytes(bytes)); }, ExitCode::kCorrupt,
              "element 'c.flag' at byte 23 is a bool that is neither 0 nor 1");
}

TEST(ValidateDocument, RefusesCodeWhosePartsDoNotFillItsLength) {
  const std::string parts = RawString("f()") + BsonBuilder().bytes() + "more";
  const auto length = static_cast<std::int32_t>(parts.size() + 4);
  ExpectFault(BsonType::kCodeWithScope, RawInt32(length) + parts,
              "has a code and a scope that do not fit its length");
}

TEST(ValidateDocument, RefusesANameThatIsNotUtf8) {
  const std::string bytes = BsonBuilder().AddInt32("\xFFname", 1).bytes();
  ExpectError([&] { ValidateDocument(AsBytes(bytes)); }, ExitCode::kCorrupt,
              "element '\\xffname' at byte 4 has a name that is not UTF-8");
}

TEST(ValidateDocument, TakesTwoHundredLevelsAndRefusesOneMore) {
  EXPECT_NO_THROW(ValidateDocument(RandomDocuments::Nested(200).bytes()));
  const auto error = Caught([] { ValidateDocument(RandomDocuments::Nested(201).bytes()); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::kLimit);
}

TEST(ValidateDocument, SurvivesNestingThatWouldExhaustAStack) {
  EXPECT_TRUE(Caught([] { ValidateDocument(RandomDocuments::Nested(3'000).bytes()); }));
}

}  // namespace
}  // namespace haul
