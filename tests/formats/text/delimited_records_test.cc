#include "formats/delimited_records.h"

#include <gtest/gtest.h>

#include "core/bson/extended_json.h"
#include "tests/formats/text/text_source.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

struct Input {
  std::string text;
  TextLayout layout = TextLayout::kCsv;
  std::vector<std::string> columns = {"a", "b"};
  Columns::Options columns_options = {};
  DelimitedRecordParser::Options options = {};
  TextBlocks::Options blocks = {};
  std::size_t piece = 1 << 20;
};

ReadText Read(Input input) {
  TextSource source(input.text, input.piece);
  TextBlocks blocks(source, input.layout, input.blocks);
  const Columns columns(input.columns, input.columns_options);
  input.options.name = "in.csv";
  DelimitedRecordParser parser(input.layout, columns, input.options);
  ReadText read = ReadAll(blocks, parser);
  for (std::string& document : read.documents) document = ToCanonicalJson(AsBytes(document));
  return read;
}

using Documents = std::vector<std::string>;
using Lines = std::vector<std::uint64_t>;

// The documents of two columns in CSV.
Documents Csv(const std::string& text) {
  const ReadText read = Read({.text = text});
  EXPECT_TRUE(read.bad.empty()) << text << ": " << read.bad.front().reason;
  EXPECT_EQ(read.fault, "");
  return read.documents;
}

std::string Pair(std::string_view a, std::string_view b) {
  return "{\"a\":\"" + std::string(a) + "\",\"b\":\"" + std::string(b) + "\"}";
}

// RFC 4180, section 2, rule by rule.
TEST(Csv, FollowsRfc4180) {
  const Documents rows = {Pair("aaa", "bbb"), Pair("zzz", "yyy")};
  EXPECT_EQ(Csv("aaa,bbb\r\nzzz,yyy\r\n"), rows);
  EXPECT_EQ(Csv("aaa,bbb\r\nzzz,yyy"), rows);
  EXPECT_EQ(Csv("aaa,bbb\nzzz,yyy\n"), rows);
  EXPECT_EQ(Csv("\"aaa\",\"bbb\"\r\nzzz,yyy"), rows);
  EXPECT_EQ(Csv("\"a,b\",\"x\"\"y\""), Documents{Pair("a,b", "x\\\"y")});
  EXPECT_EQ(Csv("\"aaa\",\"b\r\nbb\"\r\nzzz,yyy"),
            (Documents{Pair("aaa", "b\\r\\nbb"), Pair("zzz", "yyy")}));
  EXPECT_EQ(Csv("\"\"\"\",\"\"\r\n"), Documents{Pair("\\\"", "")});
  EXPECT_EQ(Csv("\"\"\"x\"\"\",\"\n\""), Documents{Pair("\\\"x\\\"", "\\n")});
}

TEST(Csv, DropsSpacesAroundCellsAndQuotes) {
  EXPECT_EQ(Csv("  x y \t,  z\n"), Documents{Pair("x y", "z")});
  EXPECT_EQ(Csv(" \" x \" ,\t\"z\"\r\n"), Documents{Pair(" x ", "z")});
}

TEST(Csv, SkipsEmptyLinesAndAByteOrderMark) {
  EXPECT_EQ(Csv("\xEF\xBB\xBF\n\r\nx,y\n\n\nz,w\n\n"), (Documents{Pair("x", "y"), Pair("z", "w")}));
  EXPECT_TRUE(Csv("").empty());
  EXPECT_TRUE(Csv("\n").empty());
}

TEST(Csv, TakesShortAndLongRecords) {
  EXPECT_EQ(Csv("x\n"), Documents{R"({"a":"x"})"});
  EXPECT_EQ(Csv("x,\n,y"), (Documents{Pair("x", ""), Pair("", "y")}));
  EXPECT_EQ(Csv("x,y,z,1,\n"),
            Documents{R"({"a":"x","b":"y","field2":"z","field3":{"$numberInt":"1"},"field4":""})"});
}

TEST(Csv, RefusesQuotesAstrayAndGoesOnBehindTheirLine) {
  const ReadText read = Read({.text = "1\"2,x\nx,y\n\"a\"b,c\n\"a\nb\" c\",d\ne,f\n \"g\",h\n"});
  EXPECT_EQ(read.documents, (Documents{Pair("x", "y"), Pair("e", "f"), Pair("g", "h")}));
  EXPECT_EQ(read.lines, (Lines{2, 6, 7}));
  ASSERT_EQ(read.bad.size(), 3U);
  EXPECT_EQ(read.bad[0].line, 1U);
  EXPECT_EQ(read.bad[0].reason, "a quote stands in a cell without quotes around it");
  EXPECT_EQ(read.bad[0].text, "1\"2,x");
  EXPECT_EQ(read.bad[1].line, 3U);
  EXPECT_EQ(read.bad[1].reason, "text follows the closing quote of a cell");
  EXPECT_EQ(read.bad[2].line, 4U);
  EXPECT_EQ(read.bad[2].text, "\"a\nb\" c\",d");
}

TEST(Csv, RefusesAQuoteThatDoesNotClose) {
  const ReadText read = Read({.text = "x,y\na,\"b\nc,d\n"});
  EXPECT_EQ(read.documents, Documents{Pair("x", "y")});
  ASSERT_EQ(read.bad.size(), 1U);
  EXPECT_EQ(read.bad[0].line, 2U);
  EXPECT_EQ(read.bad[0].reason, "a quoted cell does not end");
  EXPECT_EQ(read.bad[0].text, "a,\"b\nc,d");
}

TEST(Csv, StopsAtARecordWithoutAnEnd) {
  const ReadText read =
      Read({.text = "x,y\na,\"" + std::string(100'000, 'z') + "\nc",
            .blocks = {.name = "in.csv", .block_bytes = 100, .max_record_bytes = 20'000},
            .piece = 100});
  EXPECT_EQ(read.documents, Documents{Pair("x", "y")});
  EXPECT_EQ(read.fault, "read in.csv line 2: a record is longer than 19.5 KiB: is a quote astray?");
  EXPECT_EQ(read.code, ExitCode::kLimit);
}

TEST(Csv, RefusesNulsAndWhatIsNotUtf8) {
  const ReadText read = Read({.text = std::string("a\0,b\n", 5) + "\xFF,b\nx,y\n"});
  EXPECT_EQ(read.documents, Documents{Pair("x", "y")});
  ASSERT_EQ(read.bad.size(), 2U);
  EXPECT_EQ(read.bad[0].reason, "the record holds a NUL");
  EXPECT_EQ(read.bad[1].reason, "the record is not UTF-8");
  EXPECT_EQ(read.bad[1].line, 2U);
}

// However the input is cut, the records are the same.
TEST(Csv, IsCutIntoBlocksBetweenRecords) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "x" + std::to_string(i) + ",\"a\"\"\n,b\nc\"\r\n\n\"bad\"x\nplain,\"\"\nlast \" one\n";
  }
  const ReadText whole = Read({.text = text});
  EXPECT_EQ(whole.documents.size(), 200U);
  EXPECT_EQ(whole.bad.size(), 200U);
  for (const std::size_t size : {1U, 3U, 16U, 100U, 5000U}) {
    const ReadText read = Read({.text = text, .blocks = {.block_bytes = size}, .piece = size});
    EXPECT_EQ(read.documents, whole.documents) << size;
    EXPECT_EQ(read.lines, whole.lines) << size;
    ASSERT_EQ(read.bad.size(), whole.bad.size());
    for (std::size_t i = 0; i < read.bad.size(); ++i) {
      EXPECT_EQ(read.bad[i].line, whole.bad[i].line);
      EXPECT_EQ(read.bad[i].text, whole.bad[i].text);
    }
  }
}

TEST(Csv, GivesAutoCellsTheTypesOfMongoimport) {
  const ReadText read = Read({.text = "007\n-5\n+5\n2147483648\n9223372036854775808\n1_000\n1.50\n"
                                      "NaN\n-inf\n0x1p-2\n1e400\ntrue\nnull\n1,5\n.\n-\n1__0\n",
                              .columns = {"a"}});
  EXPECT_EQ(read.documents,
            (Documents{R"({"a":{"$numberInt":"7"}})", R"({"a":{"$numberInt":"-5"}})",
                       R"({"a":{"$numberInt":"5"}})", R"({"a":{"$numberLong":"2147483648"}})",
                       R"({"a":{"$numberDouble":"9.223372036854776E+18"}})",
                       R"({"a":{"$numberDouble":"1000.0"}})", R"({"a":{"$numberDouble":"1.5"}})",
                       R"({"a":{"$numberDouble":"NaN"}})", R"({"a":{"$numberDouble":"-Infinity"}})",
                       R"({"a":{"$numberDouble":"0.25"}})", R"({"a":"1e400"})", R"({"a":"true"})",
                       R"({"a":"null"})", R"({"a":{"$numberInt":"1"},"field1":{"$numberInt":"5"}})",
                       R"({"a":"."})", R"({"a":"-"})", R"({"a":"1__0"})"}));
}

TEST(Csv, BuildsDocumentsAndArraysFromNamesWithDots) {
  EXPECT_EQ(
      Read({.text = "1,2,3\n4\n", .columns = {"a.b", "c", "a.d.e"}}).documents,
      (Documents{
          R"({"a":{"b":{"$numberInt":"1"},"d":{"e":{"$numberInt":"3"}}},"c":{"$numberInt":"2"}})",
          R"({"a":{"b":{"$numberInt":"4"}}})"}));
  EXPECT_EQ(Read({.text = "x,y,z\n",
                  .columns = {"a.0", "a.1.k", "0.b"},
                  .columns_options = {.array_index_fields = true}})
                .documents,
            Documents{R"({"a":["x",{"k":"y"}],"0":{"b":"z"}})"});
  EXPECT_EQ(Read({.text = "x\n", .columns = {"a.0"}}).documents, Documents{R"({"a":{"0":"x"}})"});
}

TEST(Csv, LeavesOutBlanksWhereThatIsAsked) {
  const Input input{.text = ",\nx,\n,y,,z\n\"\",\"\"\n", .options = {.ignore_blanks = true}};
  EXPECT_EQ(Read(input).documents, (Documents{R"({"a":"x"})", R"({"b":"y","field3":"z"})"}));
  EXPECT_EQ(Read({.text = ",x\n,\n",
                  .columns = {"a.0", "a.1"},
                  .columns_options = {.array_index_fields = true},
                  .options = {.ignore_blanks = true}})
                .documents,
            Documents{R"({"a":["x"]})"});
}

TEST(Csv, RefusesASurplusCellWhoseNameAColumnHas) {
  const ReadText read = Read({.text = "x,y\nx,y,z\n", .columns = {"a", "field2"}});
  EXPECT_EQ(read.documents.size(), 1U);
  ASSERT_EQ(read.bad.size(), 1U);
  EXPECT_EQ(read.bad[0].reason, "cell 3 has no column, and field2 is the name of another one");
}

TEST(Csv, TreatsMisfitsAsItsGraceSays) {
  const auto read = [](ParseGrace grace) {
    return Read({.text = "1,x\ny,x\n3,x\n",
                 .columns = {"a.int32()", "b.string()"},
                 .columns_options = {.have_types = true},
                 .options = {.grace = grace}});
  };
  const std::string one = R"({"a":{"$numberInt":"1"},"b":"x"})";
  const std::string three = R"({"a":{"$numberInt":"3"},"b":"x"})";
  const ReadText row = read(ParseGrace::kSkipRow);
  EXPECT_EQ(row.documents, (Documents{one, three}));
  ASSERT_EQ(row.bad.size(), 1U);
  EXPECT_EQ(row.bad[0].line, 2U);
  EXPECT_EQ(row.bad[0].reason, "column 'a' is no int32");
  EXPECT_EQ(row.bad[0].text, "y,x");
  EXPECT_EQ(read(ParseGrace::kAutoCast).documents, (Documents{one, Pair("y", "x"), three}));
  EXPECT_EQ(read(ParseGrace::kSkipField).documents, (Documents{one, R"({"b":"x"})", three}));
  const ReadText stop = read(ParseGrace::kStop);
  EXPECT_EQ(stop.documents, Documents{one});
  EXPECT_EQ(stop.fault, "read in.csv line 2: column 'a' is no int32");
  EXPECT_EQ(stop.code, ExitCode::kCorrupt);
}

TEST(Csv, GoesOnBehindQuotesAstrayWhateverItsGrace) {
  const ReadText read = Read({.text = "x\"y\na,b\n", .options = {.grace = ParseGrace::kStop}});
  EXPECT_EQ(read.documents, Documents{Pair("a", "b")});
  EXPECT_EQ(read.bad.size(), 1U);
}

TEST(Csv, RefusesADocumentAbove16MiB) {
  const ReadText read =
      Read({.text = "x,y\n" + std::string(std::size_t{17} << 20, 'z') + ",y\nx,y\n"});
  EXPECT_EQ(read.documents, (Documents{Pair("x", "y"), Pair("x", "y")}));
  ASSERT_EQ(read.bad.size(), 1U);
  EXPECT_EQ(read.bad[0].reason, "the document is larger than 16 MiB");
}

TEST(Tsv, SplitsAtTabsAndNothingElse) {
  const ReadText read =
      Read({.text = "\xEF\xBB\xBF x \t\"y\"\n\n\r\nz\t\r\n\tlast", .layout = TextLayout::kTsv});
  EXPECT_EQ(read.documents, (Documents{Pair(" x ", "\\\"y\\\""), Pair("z", ""), Pair("", "last")}));
  EXPECT_EQ(read.lines, (Lines{1, 4, 5}));
}

TEST(Tsv, RefusesALineThatIsTooLong) {
  const ReadText read = Read({.text = "x\ty\n" + std::string(50'000, 'z') + "\nx\ty",
                              .layout = TextLayout::kTsv,
                              .blocks = {.block_bytes = 100, .max_record_bytes = 20'000},
                              .piece = 100});
  EXPECT_EQ(read.documents, (Documents{Pair("x", "y"), Pair("x", "y")}));
  ASSERT_EQ(read.bad.size(), 1U);
  EXPECT_EQ(read.bad[0].line, 2U);
}

TEST(ParseGrace, IsAWordOfMongoimport) {
  EXPECT_EQ(ParseGraceOf("stop"), ParseGrace::kStop);
  EXPECT_EQ(ParseGraceOf("autoCast"), ParseGrace::kAutoCast);
  EXPECT_EQ(ParseGraceOf("skipField"), ParseGrace::kSkipField);
  EXPECT_EQ(ParseGraceOf("skipRow"), ParseGrace::kSkipRow);
  EXPECT_EQ(ParseGraceOf("autocast"), std::nullopt);
}

}  // namespace
}  // namespace haul
