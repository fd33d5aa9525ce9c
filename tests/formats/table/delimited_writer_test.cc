#include "formats/delimited_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "core/bson/document.h"
#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

std::string Row(const DelimitedLayout& layout, ByteView document) {
  ByteBuffer out;
  DelimitedWriter(layout).Append(document, out);
  return std::string(AsText(out.view()));
}

std::string Csv(const std::vector<std::string>& columns, const std::string& json) {
  return Row({.columns = columns}, ParseExtendedJson(json, "the test").bytes());
}

// The cell of {x: value}, beside another so that nothing stands alone in its line.
std::string Cell(const std::string& value, DelimitedLayout layout = {}) {
  layout.columns = {"x", "end"};
  const std::string row = Row(layout, ParseExtendedJson("{\"x\":" + value + "}", "it").bytes());
  return row.substr(0, row.size() - 2);
}

std::string Header(const DelimitedLayout& layout) {
  ByteBuffer out;
  DelimitedWriter(layout).AppendHeader(out);
  return std::string(AsText(out.view()));
}

TEST(DelimitedWriter, WritesTheColumnsInTheirOrderAndNothingElse) {
  EXPECT_EQ(Csv({"b", "a"}, R"({"a":1,"c":3,"b":2})"), "2,1\n");
  EXPECT_EQ(Header({.columns = {"b", "a"}}), "b,a\n");
}

TEST(DelimitedWriter, LeavesMissingAndNullCellsEmpty) {
  EXPECT_EQ(Csv({"a", "b", "c"}, R"({"b":null,"c":""})"), ",,\n");
}

TEST(DelimitedWriter, QuotesWhatRfc4180Says) {
  EXPECT_EQ(Cell(R"("plain text")"), "plain text");
  EXPECT_EQ(Cell(R"("a,b")"), R"("a,b")");
  EXPECT_EQ(Cell(R"("say \"x\"")"), R"("say ""x""")");
  EXPECT_EQ(Cell(R"("\"")"), R"("""")");
  EXPECT_EQ(Cell(R"("two\nlines")"), "\"two\nlines\"");
  EXPECT_EQ(Cell(R"("two\r\nlines")"), "\"two\r\nlines\"");
  EXPECT_EQ(Header({.columns = {"a,b", "c\"d"}}), "\"a,b\",\"c\"\"d\"\n");
}

TEST(DelimitedWriter, QuotesBlanksAtTheEdgesWhichReadersTrim) {
  EXPECT_EQ(Cell(R"(" x")"), R"(" x")");
  EXPECT_EQ(Cell(R"("x ")"), R"("x ")");
  EXPECT_EQ(Cell(R"("\tx")"), "\"\tx\"");
  EXPECT_EQ(Cell(R"("x y")"), "x y");
}

TEST(DelimitedWriter, NeverWritesARowThatReadersTakeForNoRow) {
  EXPECT_EQ(Csv({"a"}, "{}"), "\"\"\n");
  EXPECT_EQ(Csv({"a"}, R"({"a":""})"), "\"\"\n");
}

TEST(DelimitedWriter, ReachesIntoDocumentsAndArrays) {
  const std::string json = R"({"a":{"b":{"c":5}},"l":[{"n":1},{"n":2}]})";
  EXPECT_EQ(Csv({"a.b.c", "l.1.n", "l.0"}, json), "5,2,\"{\"\"n\"\":1}\"\n");
  EXPECT_EQ(Csv({"a.b", "a.x.y", "a.b.c.d"}, json), "\"{\"\"c\"\":5}\",,\n");
  EXPECT_EQ(Csv({"l.2", "l.n", "l.-1"}, json), ",,\n");
}

TEST(DelimitedWriter, TakesTheFirstOfSeveralFieldsOfOneName) {
  EXPECT_EQ(Csv({"a", "a.b", "a"}, R"({"a":{"b":1},"a":2})"),
            "\"{\"\"b\"\":1}\",1,\"{\"\"b\"\":1}\"\n");
}

TEST(DelimitedWriter, WritesEveryTypeSoThatItsKindCanBeTold) {
  EXPECT_EQ(Cell("5"), "5");
  EXPECT_EQ(Cell(R"({"$numberLong":"9223372036854775807"})"), "9223372036854775807");
  EXPECT_EQ(Cell("1.0"), "1.0");
  EXPECT_EQ(Cell(R"({"$numberDouble":"-0.0"})"), "-0.0");
  EXPECT_EQ(Cell(R"({"$numberDouble":"Infinity"})"), "Infinity");
  EXPECT_EQ(Cell(R"({"$numberDouble":"NaN"})"), "NaN");
  EXPECT_EQ(Cell(R"({"$numberDecimal":"1.00"})"), "1.00");
  EXPECT_EQ(Cell("true"), "true");
  EXPECT_EQ(Cell(R"({"$oid":"64f0e1d2c3b4a59687786950"})"), "ObjectId(64f0e1d2c3b4a59687786950)");
  EXPECT_EQ(Cell(R"({"$binary":{"base64":"AP8K","subType":"00"}})"), "00FF0A");
  EXPECT_EQ(Cell(R"({"$regularExpression":{"pattern":"a,b","options":"im"}})"), R"("/a,b/im")");
  EXPECT_EQ(Cell(R"({"$code":"return 1"})"), "return 1");
  EXPECT_EQ(Cell(R"({"$symbol":"s"})"), "s");
  EXPECT_EQ(Cell(R"({"$timestamp":{"t":7,"i":1}})"), R"("{""$timestamp"":{""t"":7,""i"":1}}")");
  EXPECT_EQ(Cell(R"({"$minKey":1})"), R"("{""$minKey"":1}")");
  EXPECT_EQ(Cell("[1,[2]]"), R"("[1,[2]]")");
}

TEST(DelimitedWriter, WritesDatesWithMilliseconds) {
  const auto date = [](const std::string& at) {
    return Cell(R"({"$date":{"$numberLong":")" + at + R"("}})");
  };
  EXPECT_EQ(date("0"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(date("-1"), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(date("-62167219200000"), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(date("253402300799999"), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(date("253402300800000"), R"("{""$date"":{""$numberLong"":""253402300800000""}}")");
}

TEST(DelimitedWriter, GuardsCellsThatASpreadsheetWouldRun) {
  const DelimitedLayout guarded = {.guard_formulas = true};
  EXPECT_EQ(Cell(R"("=1+1")", guarded), "'=1+1");
  EXPECT_EQ(Cell(R"("+1")", guarded), "'+1");
  EXPECT_EQ(Cell(R"("-1")", guarded), "'-1");
  EXPECT_EQ(Cell(R"x("@SUM(A1)")x", guarded), "'@SUM(A1)");
  EXPECT_EQ(Cell(R"("=a,b")", guarded), "\"'=a,b\"");
  EXPECT_EQ(Cell(R"("\t=1")", guarded), "\"'\t=1\"");
  EXPECT_EQ(Cell(R"("a=1")", guarded), "a=1");
  EXPECT_EQ(Cell(R"("=1")"), "=1");
  EXPECT_EQ(Header({.columns = {"=x", "y"}, .guard_formulas = true}), "'=x,y\n");
}

TEST(DelimitedWriter, LeavesNegativeNumbersNumbers) {
  const DelimitedLayout guarded = {.guard_formulas = true};
  EXPECT_EQ(Cell("-5", guarded), "-5");
  EXPECT_EQ(Cell("-5.5", guarded), "-5.5");
  EXPECT_EQ(Cell(R"({"$numberDecimal":"-1"})", guarded), "-1");
}

TEST(DelimitedWriter, EscapesWhatWouldBreakALineOfTsv) {
  const DelimitedLayout tsv = {.kind = DelimitedKind::kTsv};
  EXPECT_EQ(Cell(R"("a\tb\nc\rd\\e,\"f\"")", tsv), R"(a\tb\nc\rd\\e,"f")");
  EXPECT_EQ(Header({.kind = DelimitedKind::kTsv, .columns = {"a", "b\tc"}}), "a\tb\\tc\n");
  EXPECT_EQ(Row({.kind = DelimitedKind::kTsv, .columns = {"a", "b"}},
                ParseExtendedJson(R"({"a":1,"b":"x y"})", "it").bytes()),
            "1\tx y\n");
}

TEST(DelimitedWriter, RefusesBytesThatAreNoTextAndWritesNothingOfThatRow) {
  const std::string whole =
      BsonBuilder().AddInt32("y", 1).Add(BsonType::kString, "x", RawString("abc\xFF")).bytes();
  ByteBuffer out;
  DelimitedWriter writer({.columns = {"y", "x"}});
  ExpectError([&] { writer.Append(AsBytes(whole), out); }, ExitCode::kCorrupt,
              "element 'x' holds a string that is not UTF-8");
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(Caught([&] { writer.Append(AsBytes(whole.substr(0, 9)), out); })->code(),
            ExitCode::kCorrupt);
}

}  // namespace
}  // namespace haul
