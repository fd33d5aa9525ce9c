// Every example of docs/transforms.md does what it says.

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "core/bson/extended_json.h"
#include "tests/core/transform/changed.h"

namespace haul {
namespace {

struct Example {
  std::string steps;
  std::string document;
  std::string result;  // a document, "filtered" or "refused: …"
};

std::vector<Example> ReadExamples() {
  std::ifstream file(HAUL_TRANSFORMS_DOC);
  std::vector<Example> examples;
  for (std::string line; std::getline(file, line);) {
    if (line != "```transform") continue;
    Example& example = examples.emplace_back();
    std::getline(file, example.steps);
    std::getline(file, example.document);
    std::getline(file, line);
    EXPECT_TRUE(line.starts_with("=> ")) << line;
    example.result = line.substr(3);
    std::getline(file, line);
    EXPECT_EQ(line, "```");
  }
  return examples;
}

bool IsDocument(const std::string& result) { return result.starts_with('{'); }

TEST(DocumentedTransforms, DoWhatTheyAreSaidToDo) {
  for (const Example& example : ReadExamples()) {
    const std::string expected =
        IsDocument(example.result) ? Changed(Transform(), example.result) : example.result;
    const std::string result = expected.starts_with("refused: ")
                                   ? "refused: " + Refused(example.steps, example.document)
                                   : Changed(example.steps, example.document);
    EXPECT_EQ(result, expected);
  }
}

TEST(DocumentedTransforms, ShowEveryStep) {
  std::string all;
  for (const Example& example : ReadExamples()) all += example.steps;
  for (const char* const step : {"where", "rename", "keep", "unset", "convert", "split", "wrap",
                                 "apply", "map", "mask", "set", "default"}) {
    EXPECT_NE(all.find("{\"" + std::string(step) + "\":"), std::string::npos) << step;
  }
}

}  // namespace
}  // namespace haul
