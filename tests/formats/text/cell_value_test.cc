#include "formats/cell_value.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/bson/extended_json.h"
#include "formats/cell_number.h"

namespace haul {
namespace {

// The value as canonical JSON, or "-" where the text is none.
std::string Value(std::string_view type, std::string_view argument, std::string_view text) {
  ByteBuffer buffer;
  BsonOutput out(buffer);
  const std::size_t begin = out.OpenLength();
  const std::size_t type_at = out.at();
  out.Bytes(AsBytes(std::string_view("\0x\0", 3)));
  if (!CellType(type, argument).Append(text, type_at, out)) return "-";
  out.CloseDocument(begin);
  out.Finish();
  const std::string json = ToCanonicalJson(buffer.view());
  return json.substr(5, json.size() - 6);
}

TEST(CellType, ReadsNumbers) {
  EXPECT_EQ(Value("int32", "", "-2147483648"), R"({"$numberInt":"-2147483648"})");
  EXPECT_EQ(Value("int32", "", "+007"), R"({"$numberInt":"7"})");
  for (const char* text : {"2147483648", "", " 1", "1.0", "1e3", "0x1", "+-1", "--1", "1_000"}) {
    EXPECT_EQ(Value("int32", "", text), "-") << text;
  }
  EXPECT_EQ(Value("int64", "", "5"), R"({"$numberLong":"5"})");
  EXPECT_EQ(Value("int64", "", "9223372036854775807"), R"({"$numberLong":"9223372036854775807"})");
  EXPECT_EQ(Value("int64", "", "9223372036854775808"), "-");
  EXPECT_EQ(Value("double", "", "5"), R"({"$numberDouble":"5.0"})");
  EXPECT_EQ(Value("double", "", ""), "-");
  EXPECT_EQ(Value("double", "", "1e400"), "-");
  EXPECT_EQ(Value("decimal", "", "1.10"), R"({"$numberDecimal":"1.10"})");
  EXPECT_EQ(Value("decimal", "", "1E6145"), "-");
  EXPECT_EQ(Value("decimal", "", ""), "-");
  EXPECT_EQ(Value("decimal", "", "12345678901234567890123456789012345"), "-");
}

TEST(CellType, ReadsOtherValues) {
  EXPECT_EQ(Value("boolean", "", "TRUE"), "true");
  EXPECT_EQ(Value("boolean", "", "1"), "true");
  EXPECT_EQ(Value("boolean", "", "False"), "false");
  EXPECT_EQ(Value("boolean", "", "0"), "false");
  for (const char* text : {"", "yes", "t", "2", "true "}) {
    EXPECT_EQ(Value("boolean", "", text), "-") << text;
  }
  EXPECT_EQ(Value("string", "", "007"), "\"007\"");
  EXPECT_EQ(Value("string", "", ""), "\"\"");
  EXPECT_EQ(Value("auto", "", ""), "\"\"");
  const std::string hello = R"({"$binary":{"base64":"aGVsbG8=","subType":"00"}})";
  EXPECT_EQ(Value("binary", "base64", "aGVsbG8="), hello);
  EXPECT_EQ(Value("binary", "base32", "NBSWY3DP"), hello);
  EXPECT_EQ(Value("binary", "hex", "68656c6C6f"), hello);
  EXPECT_EQ(Value("binary", "base32", "NA======"),
            R"({"$binary":{"base64":"aA==","subType":"00"}})");
  for (const char* encoding : {"base64", "base32", "hex"}) {
    EXPECT_EQ(Value("binary", encoding, ""), R"({"$binary":{"base64":"","subType":"00"}})");
    EXPECT_EQ(Value("binary", encoding, "abc!"), "-");
    EXPECT_EQ(Value("binary", encoding, "a"), "-");
  }
  EXPECT_EQ(Value("binary", "base32", "NB======="), "-");
  EXPECT_EQ(Value("binary", "base32", "NB====A="), "-");
}

TEST(CellNumber, IsALiteralOfGo) {
  for (const char* text : {"1", ".5", "5.", "1e5", "-1E+5", "1_0.0_1e1_0", "0x1p-2", "0X_1F.8P1",
                           "inf", "+Infinity", "NaN", "nan"}) {
    EXPECT_TRUE(ParseCellDouble(text)) << text;
  }
  for (const char* text : {"", ".", "e5", "1e", "1e+", "0x1", "0x", "0xp1", "_1", "1_", "1__0",
                           "1_.5", "+nan", "infinit", "1 ", "1f", "--1", "1e400", "0x1p5000"}) {
    EXPECT_FALSE(ParseCellDouble(text)) << text;
  }
  EXPECT_EQ(ParseCellDouble("1_000.5"), 1000.5);
  EXPECT_EQ(ParseCellDouble("0x_1p-2"), 0.25);
  EXPECT_EQ(ParseCellDouble("1e-400"), 0.0);
  EXPECT_TRUE(std::signbit(*ParseCellDouble("-0")));
}

}  // namespace
}  // namespace haul
