#include "tools/export/document_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/bson/document.h"

namespace haul {
namespace {

class Kept final : public ByteSink {
 public:
  explicit Kept(std::string& text) : text_(text) {}
  void Append(ByteView bytes) override { text_ += AsText(bytes); }
  void Commit() override {}

 private:
  std::string& text_;
};

std::string Written(const TextForm& form, const std::vector<std::string>& documents) {
  std::string text;
  const auto sink = NewFramedSink(std::make_unique<Kept>(text), form);
  DocumentText writer(form);
  for (const std::string& json : documents) {
    ByteBuffer piece;
    writer.Append(ParseExtendedJson(json, "the test").bytes(), piece);
    sink->Append(piece.view());
  }
  sink->Commit();
  return text;
}

const std::vector<std::string> kTwo = {R"({"a":1,"b":[]})", R"({"a":{"c":2}})"};

TEST(DocumentText, WritesADocumentALine) {
  EXPECT_EQ(Written({}, kTwo), "{\"a\":1,\"b\":[]}\n{\"a\":{\"c\":2}}\n");
  EXPECT_EQ(Written({.relaxed = false}, {R"({"a":1})"}), "{\"a\":{\"$numberInt\":\"1\"}}\n");
}

TEST(DocumentText, WritesAnArrayAsMongoexportDoes) {
  const TextForm form = {.kind = TextForm::Kind::kArray};
  EXPECT_EQ(Written(form, kTwo), "[{\"a\":1,\"b\":[]},{\"a\":{\"c\":2}}]\n");
  EXPECT_EQ(Written(form, {"{}"}), "[{}]\n");
}

TEST(DocumentText, WritesPrettyJsonWithTwoSpaces) {
  EXPECT_EQ(Written({.pretty = true}, kTwo),
            "{\n  \"a\": 1,\n  \"b\": []\n}\n{\n  \"a\": {\n    \"c\": 2\n  }\n}\n");
  EXPECT_EQ(Written({.kind = TextForm::Kind::kArray, .pretty = true}, kTwo),
            "[\n  {\n    \"a\": 1,\n    \"b\": []\n  },\n  {\n    \"a\": {\n      \"c\": 2\n    }\n"
            "  }\n]\n");
}

TEST(DocumentText, WritesAnEmptyArrayOfNothing) {
  EXPECT_EQ(Written({.kind = TextForm::Kind::kArray}, {}), "[]\n");
  EXPECT_EQ(Written({.kind = TextForm::Kind::kArray, .pretty = true}, {}), "[]\n");
  EXPECT_EQ(Written({}, {}), "");
}

TEST(DocumentText, WritesTheHeaderOfATableOnceAndOfAnEmptyOneToo) {
  TextForm form = {.kind = TextForm::Kind::kTable, .table = {.columns = {"a", "b"}}};
  EXPECT_EQ(Written(form, {kTwo.front(), kTwo.front()}), "a,b\n1,[]\n1,[]\n");
  EXPECT_EQ(Written(form, {}), "a,b\n");
  form.header = false;
  EXPECT_EQ(Written(form, {}), "");
}

TEST(DocumentText, WritesNoEndWhereTheOutputIsNotCommitted) {
  std::string text;
  const TextForm form = {.kind = TextForm::Kind::kArray};
  NewFramedSink(std::make_unique<Kept>(text), form)->Append(AsBytes(",{}"));
  EXPECT_EQ(text, "[{}");
}

}  // namespace
}  // namespace haul
