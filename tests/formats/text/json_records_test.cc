#include "formats/json_records.h"

#include <gtest/gtest.h>

#include "core/bson/extended_json.h"
#include "formats/json_cut.h"
#include "formats/plain_source.h"
#include "tests/formats/text/text_source.h"

namespace haul {
namespace {

ReadText Read(TextLayout layout, const std::string& text, TextBlocks::Options options = {},
              std::size_t piece = 1 << 20) {
  options.name = "in.json";
  TextSource source(text, piece);
  TextBlocks blocks(source, layout, options);
  JsonRecordParser parser(layout, options.name);
  return ReadAll(blocks, parser);
}

std::string Bson(std::string_view json) {
  return std::string(AsText(ParseExtendedJson(json, "it").bytes()));
}

using Lines = std::vector<std::uint64_t>;

TEST(JsonLines, HoldADocumentEach) {
  const ReadText read = Read(TextLayout::kJsonLines, "{\"a\":1}\n\n  \r\n{\"a\":2}\r\n{\"a\":3}");
  EXPECT_EQ(read.documents,
            (std::vector{Bson(R"({"a":1})"), Bson(R"({"a":2})"), Bson(R"({"a":3})")}));
  EXPECT_EQ(read.lines, (Lines{1, 4, 5}));
  EXPECT_TRUE(read.bad.empty());
  EXPECT_EQ(read.fault, "");
}

TEST(JsonLines, MayHoldNothing) {
  EXPECT_TRUE(Read(TextLayout::kJsonLines, "").documents.empty());
  EXPECT_TRUE(Read(TextLayout::kJsonLines, "\xEF\xBB\xBF").documents.empty());
  EXPECT_TRUE(Read(TextLayout::kJsonLines, "\n\n").documents.empty());
}

TEST(JsonLines, DropAByteOrderMark) {
  for (const std::size_t size : {1U, 2U, 100U}) {
    const ReadText read =
        Read(TextLayout::kJsonLines, "\xEF\xBB\xBF{\"a\":1}\n", {.block_bytes = size}, 1);
    EXPECT_EQ(read.documents, std::vector{Bson(R"({"a":1})")});
    EXPECT_TRUE(read.bad.empty());
  }
}

TEST(JsonLines, ThatAreBadAreToldAndTheRunGoesOn) {
  const std::string nul("{\"a\":\"x\0\"}", 10);
  const ReadText read = Read(TextLayout::kJsonLines, "{\"a\":1}\n{\"a\":\r\n{\"a\":2}\n" + nul +
                                                         "\n{\"a\":\"\xFF\"}\nx\n{} {\"a\":}\n{}");
  EXPECT_EQ(read.documents, (std::vector{Bson(R"({"a":1})"), Bson(R"({"a":2})"), Bson("{}")}));
  EXPECT_EQ(read.lines, (Lines{1, 3, 8}));
  ASSERT_EQ(read.bad.size(), 5U);
  EXPECT_EQ(read.bad[0].line, 2U);
  EXPECT_EQ(read.bad[0].reason, "the text ends in the middle of the document (at byte 7)");
  EXPECT_EQ(read.bad[0].text, "{\"a\":");
  EXPECT_EQ(read.bad[1].line, 4U);
  EXPECT_EQ(read.bad[1].reason, "a string holds a raw control character (at byte 7)");
  EXPECT_EQ(read.bad[1].text, nul);
  EXPECT_EQ(read.bad[2].reason, "the text is not UTF-8 (at byte 6)");
  EXPECT_EQ(read.bad[3].reason, "a document begins with '{' (at byte 0)");
  EXPECT_EQ(read.bad[4].line, 7U);
  EXPECT_EQ(read.bad[4].text, "{} {\"a\":}");
}

TEST(JsonLines, MayHoldSeveralDocuments) {
  const ReadText read = Read(TextLayout::kJsonLines, "{}{} {\"a\":1}\n{}\n");
  EXPECT_EQ(read.documents.size(), 4U);
  EXPECT_EQ(read.lines, (Lines{1, 1, 1, 2}));
}

TEST(JsonLines, AreCutIntoBlocksWithTheirLineNumbers) {
  std::string text;
  Lines lines;
  for (std::uint64_t i = 1; i <= 500; ++i) {
    text += "{\"a\":" + std::to_string(i) + "}\n";
    lines.push_back(i);
  }
  for (const std::size_t size : {1U, 7U, 100U, 1000U, 100'000U}) {
    const ReadText read = Read(TextLayout::kJsonLines, text, {.block_bytes = size}, size);
    EXPECT_EQ(read.documents.size(), 500U);
    EXPECT_EQ(read.lines, lines) << size;
    EXPECT_EQ(read.documents[499], Bson(R"({"a":500})"));
  }
}

TEST(JsonLines, ThatAreTooLongAreBadAndNotHeldInMemory) {
  const std::string text = "{\"a\":1}\n{\"b\":\"" + std::string(100'000, 'x') + "\"}\n{\"a\":2}\n" +
                           std::string(50'000, 'y');
  const ReadText read =
      Read(TextLayout::kJsonLines, text, {.block_bytes = 100, .max_record_bytes = 20'000}, 1000);
  EXPECT_EQ(read.documents, (std::vector{Bson(R"({"a":1})"), Bson(R"({"a":2})")}));
  EXPECT_EQ(read.lines, (Lines{1, 3}));
  ASSERT_EQ(read.bad.size(), 2U);
  EXPECT_EQ(read.bad[0].line, 2U);
  EXPECT_EQ(read.bad[0].reason, "a record is longer than 19.5 KiB; only its begin is kept");
  EXPECT_EQ(read.bad[0].text.size(), 1024U);
  EXPECT_EQ(read.bad[1].line, 4U);
}

TEST(JsonLines, ThatAreLargerThanADocumentAreBad) {
  const ReadText read = Read(TextLayout::kJsonLines,
                             "{}\n{\"a\":\"" + std::string(std::size_t{17} << 20, 'x') + "\"}\n{}");
  EXPECT_EQ(read.lines, (Lines{1, 3}));
  ASSERT_EQ(read.bad.size(), 1U);
  EXPECT_EQ(read.bad[0].reason, "the document is larger than 16 MiB (at byte 0)");
}

TEST(JsonLines, AreHandedOutBeforeTheirSourceFails) {
  TextSource source("{\"a\":1}\n{\"a\":2}\n{\"a\":3}");
  source.FailAtEnd();
  TextBlocks blocks(source, TextLayout::kJsonLines, {});
  JsonRecordParser parser(TextLayout::kJsonLines, "in.json");
  const ReadText read = ReadAll(blocks, parser);
  EXPECT_EQ(read.documents.size(), 2U);
  EXPECT_EQ(read.fault, "the stream is cut");
  TextBlock block;
  EXPECT_FALSE(blocks.Next(block));
}

TEST(JsonDocuments, LieOverSeveralLines) {
  const std::string text = "{\n  \"a\": \"}{\\\"\"\n}\n\n{\"b\":[\n{\n}]}{\"c\":1}";
  for (const std::size_t size : {1U, 5U, 1000U}) {
    const ReadText read = Read(TextLayout::kJsonDocuments, text, {.block_bytes = size}, size);
    EXPECT_EQ(read.documents,
              (std::vector{Bson("{\"a\":\"}{\\\"\"}"), Bson("{\"b\":[{}]}"), Bson("{\"c\":1}")}));
    EXPECT_EQ(read.lines, (Lines{1, 5, 7}));
    EXPECT_EQ(read.fault, "");
  }
}

TEST(JsonDocuments, EndAtTheFirstProblemBehindWhatIsWhole) {
  const ReadText read = Read(TextLayout::kJsonDocuments, "{\n}\n{\n\"a\":\n x}\n{}");
  EXPECT_EQ(read.documents.size(), 1U);
  EXPECT_EQ(read.fault, "read in.json line 5: a value is expected");
  EXPECT_EQ(read.code, ExitCode::kCorrupt);
  EXPECT_EQ(Read(TextLayout::kJsonDocuments, "{\n}\n,{}").fault,
            "read in.json line 3: a document begins with '{'");
  const ReadText cut = Read(TextLayout::kJsonDocuments, "{}\n{\n\"a\":1\n");
  EXPECT_EQ(cut.documents.size(), 1U);
  EXPECT_EQ(cut.fault, "read in.json line 4: the text ends in the middle of the document");
}

TEST(JsonDocuments, ThatHaveNoEndAreALimit) {
  const ReadText read = Read(TextLayout::kJsonDocuments, "{}\n{\"a\":\"" + std::string(50'000, 'x'),
                             {.block_bytes = 10, .max_record_bytes = 20'000}, 500);
  EXPECT_EQ(read.documents.size(), 1U);
  EXPECT_EQ(read.fault, "read in.json line 2: a record is longer than 19.5 KiB");
  EXPECT_EQ(read.code, ExitCode::kLimit);
}

TEST(JsonArray, HoldsDocuments) {
  for (const std::string& text : {std::string("[{\"a\":1},\n{\"a\":[2]}\n,\r\n {}]\n"),
                                  std::string("\n[ {\"a\":1} , {\"a\":[2]},{} ] ")}) {
    for (const std::size_t size : {1U, 1000U}) {
      const ReadText read = Read(TextLayout::kJsonArray, text, {.block_bytes = size}, size);
      EXPECT_EQ(read.documents, (std::vector{Bson("{\"a\":1}"), Bson("{\"a\":[2]}"), Bson("{}")}));
      EXPECT_EQ(read.fault, "");
    }
  }
}

TEST(JsonArray, MayBeEmpty) {
  for (const std::string text : {"[]", " [ ]\n", "\xEF\xBB\xBF[\n]"}) {
    const ReadText read = Read(TextLayout::kJsonArray, text);
    EXPECT_TRUE(read.documents.empty());
    EXPECT_EQ(read.fault, "");
  }
}

TEST(JsonArray, ThatIsDamagedIsAFaultBehindWhatIsWhole) {
  const auto fault = [](const std::string& text, std::size_t documents) {
    const ReadText read = Read(TextLayout::kJsonArray, text);
    EXPECT_EQ(read.documents.size(), documents) << text;
    EXPECT_EQ(read.code, ExitCode::kCorrupt);
    return read.fault;
  };
  EXPECT_EQ(fault("", 0), "read in.json line 1: there is no array: '[' is missing");
  EXPECT_EQ(fault("{}", 0), "read in.json line 1: there is no array: '[' is missing");
  EXPECT_EQ(fault("[{}", 1), "read in.json line 1: the array does not end: ']' is missing");
  EXPECT_EQ(fault("[{},\n", 1), "read in.json line 2: the array does not end: ']' is missing");
  EXPECT_EQ(fault("[{}\n{}]", 1), "read in.json line 2: ',' or ']' is expected");
  EXPECT_EQ(fault("[{},]", 1), "read in.json line 1: a document begins with '{'");
  EXPECT_EQ(fault("[,{}]", 0), "read in.json line 1: a document begins with '{'");
  EXPECT_EQ(fault("[{},5]", 1), "read in.json line 1: a document begins with '{'");
  EXPECT_EQ(fault("[{},[{}]]", 1), "read in.json line 1: a document begins with '{'");
  EXPECT_EQ(fault("[{}]\nx", 1), "read in.json line 2: something follows the array");
  EXPECT_EQ(fault("[{}][{}]", 1), "read in.json line 1: something follows the array");
  EXPECT_EQ(fault("[{},{\"a\":1x},{}]", 1), "read in.json line 1: a value is expected");
  EXPECT_EQ(fault("[{},{\"a\":1", 1),
            "read in.json line 1: the text ends in the middle of the document");
}

TEST(JsonLayout, IsToldByTheBegin) {
  EXPECT_EQ(JsonLayoutOf(""), TextLayout::kJsonLines);
  EXPECT_EQ(JsonLayoutOf("{\"a\":1}\n{"), TextLayout::kJsonLines);
  EXPECT_EQ(JsonLayoutOf("{\"a\":1, \"b"), TextLayout::kJsonLines);
  EXPECT_EQ(JsonLayoutOf("no json\n{"), TextLayout::kJsonLines);
  EXPECT_EQ(JsonLayoutOf("{\"cut\":\n{\"a\":1}\n"), TextLayout::kJsonLines);
  EXPECT_EQ(JsonLayoutOf("{\n  \"a\": 1\n}\n"), TextLayout::kJsonDocuments);
  EXPECT_EQ(JsonLayoutOf("\n{\"a\":[\n  {\"b\":1}]}"), TextLayout::kJsonDocuments);
  EXPECT_EQ(JsonLayoutOf("\xEF\xBB\xBF \n["), TextLayout::kJsonArray);
}

}  // namespace
}  // namespace haul
