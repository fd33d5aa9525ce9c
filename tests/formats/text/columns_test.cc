#include "formats/columns.h"

#include <gtest/gtest.h>

#include "tests/formats/text/text_source.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

// The cause that the columns are refused with.
std::string Refusal(const std::vector<std::string>& names, Columns::Options options = {}) {
  const auto error = Caught([&] { const Columns columns(names, options); });
  if (!error) return "no error";
  EXPECT_EQ(error->code(), ExitCode::kUsage);
  return error->message();
}

TEST(Columns, RefuseNamesThatCannotBe) {
  EXPECT_EQ(Refusal({}), "there is no column");
  EXPECT_EQ(Refusal({".a"}), "column '.a': a name cannot begin with a dot");
  EXPECT_EQ(Refusal({"a."}), "column 'a.': a name cannot end with a dot");
  EXPECT_EQ(Refusal({"a..b"}), "column 'a..b': a name cannot have two dots in a row");
  EXPECT_EQ(Refusal({"$a"}), "column '$a': a name cannot begin with '$'");
  EXPECT_EQ(Refusal({std::string("a\0", 2)}), "column 'a\\x00': a name cannot hold a NUL");
  EXPECT_EQ(Refusal({"\xFF"}), "column '\\xff': a name must be UTF-8");
  EXPECT_EQ(Refusal({"a", "b", "a"}), "column 'a': it is there twice");
  EXPECT_EQ(Refusal({"a.b", "a"}), "column 'a': it excludes column 'a.b'");
  EXPECT_EQ(Refusal({"a", "a.b.c"}), "column 'a.b.c': it excludes column 'a'");
  EXPECT_EQ(Refusal({"a.$b", "", "0", "a.0"}), "no error");
}

TEST(Columns, RefuseArraysThatCannotBe) {
  const Columns::Options arrays{.array_index_fields = true};
  EXPECT_EQ(Refusal({"a.0", "a.1.b", "a.1.c", "a.2.0"}, arrays), "no error");
  EXPECT_EQ(Refusal({"a.1"}, arrays),
            "column 'a.1': array indexes must start from 0 and have no gap");
  EXPECT_EQ(Refusal({"a.0", "a.2"}, arrays),
            "column 'a.2': array indexes must start from 0 and have no gap");
  EXPECT_EQ(Refusal({"a.0", "a.b"}, arrays), "column 'a.b': it excludes column 'a.0'");
  EXPECT_EQ(Refusal({"a.b", "a.0"}, arrays), "column 'a.0': it excludes column 'a.b'");
  EXPECT_EQ(Refusal({"a.0", "a.0"}, arrays), "column 'a.0': it is there twice");
  EXPECT_EQ(Refusal({"a.00"}, arrays), "no error");
}

TEST(Columns, TakeTypesFromTheirNames) {
  const Columns::Options typed{.have_types = true};
  const Columns columns({"a.b.int32()", "day.date(2006\\(01\\)02)", "x(y).z.string()"}, typed);
  EXPECT_EQ(columns.name(0), "a.b");
  EXPECT_EQ(columns.type(0).name(), "int32");
  EXPECT_EQ(columns.name(1), "day");
  EXPECT_EQ(columns.name(2), "x(y).z");
  EXPECT_EQ(Refusal({"a"}, typed), "column 'a': there is no type, as in age.int32()");
  EXPECT_EQ(Refusal({"a.int32"}, typed), "column 'a.int32': there is no type, as in age.int32()");
  EXPECT_EQ(Refusal({"a.int()"}, typed), "column 'a.int()': there is no column type 'int'");
  EXPECT_EQ(Refusal({"a.int32(5)"}, typed),
            "column 'a.int32(5)': type int32 takes no argument, as in int32()");
  EXPECT_EQ(Refusal({"a.binary()"}, typed),
            "column 'a.binary()': binary takes (base64), (base32) or (hex), not ()");
  EXPECT_EQ(Refusal({"a.date()"}, typed),
            "column 'a.date()': date takes a layout, as in date(2006-01-02)");
}

std::vector<std::string> Header(const std::string& text, TextLayout layout, std::string& rest) {
  TextSource source(text);
  TextBlocks blocks(source, layout, {.name = "in"});
  std::vector<std::string> names = ReadHeader(blocks, layout);
  TextBlock block;
  while (blocks.Next(block)) {
    rest += std::to_string(block.first_line) + ":";
    rest += AsText(block.text.view());
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(HeaderLine, IsTheFirstThatIsNotEmpty) {
  std::string rest;
  EXPECT_EQ(Header("\xEF\xBB\xBF\r\n a ,\"b\nc\",\r\nx,y\n", TextLayout::kCsv, rest),
            (Names{"a", "b\nc", ""}));
  EXPECT_EQ(rest, "4:x,y\n");
  EXPECT_EQ(Header("\n\na\t b\r\nx", TextLayout::kTsv, rest = ""), (Names{"a", " b"}));
  EXPECT_EQ(rest, "4:x");
  EXPECT_EQ(Header("a,b", TextLayout::kCsv, rest = ""), (Names{"a", "b"}));
  EXPECT_EQ(rest, "");
}

TEST(HeaderLine, MustBeThere) {
  std::string rest;
  ExpectError([&] { Header("", TextLayout::kCsv, rest); }, ExitCode::kUsage,
              "read in: there is no header line");
  ExpectError([&] { Header("\n\n", TextLayout::kTsv, rest); }, ExitCode::kUsage,
              "read in: there is no header line");
  ExpectError([&] { Header("a\"b,c\n", TextLayout::kCsv, rest); }, ExitCode::kUsage,
              "read in: the header line is no record: a quote stands in a cell without quotes "
              "around it");
}

}  // namespace
}  // namespace haul
