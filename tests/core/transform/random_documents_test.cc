// Chains of steps over documents of every BSON type, shape and odd name.

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <thread>

#include "core/base/error.h"
#include "core/bson/validate.h"
#include "core/transform/value_order.h"
#include "tests/core/transform/changed.h"
#include "tests/support/random_document.h"

namespace haul {
namespace {

constexpr int kRounds = 2000;

// What the transform makes of the document; nothing where it is filtered or refused.
std::optional<std::string> Result(const Transform& transform, ByteView document) {
  ByteBuffer out;
  try {
    if (transform.Apply(document, out) == Transform::Fate::kFiltered) return std::nullopt;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kRejected) << error.what();
    EXPECT_TRUE(out.empty());
    return std::nullopt;
  }
  ValidateDocument(out.view());
  return std::string(AsText(out.view()));
}

TEST(TransformOfRandomDocuments, TouchesNothingThatItsStepsDoNotName) {
  TransformBuilder builder = FixedBuilder();
  builder.Sanitize({"nowhere"});
  builder.Exclude("nowhere,a.nowhere,name.nowhere", "--excludeFields");
  builder.Mask("a.nowhere.b=hash", "--mask");
  builder.Dates("nowhere2", false, "--dateFields");
  const Transform transform = builder.Build();
  RandomDocuments documents(1);
  for (int i = 0; i < kRounds; ++i) {
    const Document document = documents.Next();
    EXPECT_EQ(Result(transform, document.bytes()), AsText(document.bytes()));
  }
}

TEST(TransformOfRandomDocuments, TakesAwayTheNamedFieldAndNothingElse) {
  const Transform transform = Compiled(R"([{"unset": ["a"]}])");
  RandomDocuments documents(2);
  for (int i = 0; i < kRounds; ++i) {
    const Document document = documents.Next();
    BsonBuilder expected;
    ElementWalk walk(document.bytes());
    while (const std::optional<Element> element = walk.Next()) {
      if (element->key != "a") expected.Add(element->type, element->key, AsText(element->value));
    }
    EXPECT_EQ(Result(transform, document.bytes()), expected.bytes());
  }
}

TEST(TransformOfRandomDocuments, KeepAndUnsetOfOneFieldMakeTwoHalves) {
  const Transform keep = Compiled(R"([{"keep": ["name"]}])");
  const Transform unset = Compiled(R"([{"unset": ["name"]}])");
  RandomDocuments documents(3, {.with_id = false});
  for (int i = 0; i < kRounds; ++i) {
    const Document document = documents.Next();
    const std::string kept = *Result(keep, document.bytes());
    const std::string rest = *Result(unset, document.bytes());
    EXPECT_EQ(kept.size() + rest.size(), document.bytes().size() + 5);
  }
}

TEST(TransformOfRandomDocuments, NeverMakesInvalidBson) {
  constexpr std::array<const char*, 20> kSteps = {
      R"([{"unset": ["a.a", "name.0", "0.a", "a.0.name"]}])",
      R"([{"keep": ["a.name", "name", "0.0"]}])",
      R"([{"set": {"a.b.c": 1, "name.0": [1], "0.a": {"x": 1}}}])",
      R"([{"default": {"a.a": null, "name": 5, "a.0": 1, "z.x": 2}}])",
      R"([{"rename": {"a": "b", "name.a": "name.b"}}])",
      R"([{"rename": {"a": "name.deep.er"}}])",
      R"([{"rename": {"a.name": "z"}}])",
      R"([{"split": {"a": ["x", "y"], "name": {"into": ["name", "z"], "by": "\""}}}])",
      R"([{"wrap": {"a": {"v": "$a", "n": "$name.a"}, "name.a": {"v": "$name.a"}}}])",
      R"([{"apply": {"a": ["trim", "lower"], "name": "upper"}}])",
      R"([{"map": {"a": {"x": 1, "": null}, "name.name": {" ": []}}}])",
      R"([{"mask": {"a": "hash", "name": "email", "0": "null", "with space": "constant:[1]"}}])",
      R"([{"convert": {"a": "string"}}])",
      R"([{"convert": {"a": "date", "name": "date"}}])",
      R"([{"convert": {"a": "decimal"}}])",
      R"([{"convert": {"a": "double"}}])",
      R"([{"convert": {"a": "long", "name": "bool"}}])",
      R"([{"where": {"a": {"$gt": 0}}}, {"unset": ["a"]}])",
      R"([{"where": {"$or": [{"a.name": null}, {"name": {"$lt": "x"}}]}}])",
      R"([{"mask": {"a": "redact"}}, {"unset": ["b"]}, {"set": {"a": 1}}, {"keep": ["a"]}])"};
  RandomDocuments documents(4);
  for (const char* const steps : kSteps) {
    const Transform transform = Compiled(steps);
    int made = 0;
    for (int i = 0; i < kRounds / 4; ++i) {
      if (Result(transform, documents.Next().bytes())) ++made;
    }
    EXPECT_GT(made, 10) << steps;
  }
}

TEST(TransformOfRandomDocuments, SanitizeLeavesTheNamesNowhere) {
  TransformBuilder builder = FixedBuilder();
  builder.Sanitize({"a", "name"});
  const Transform transform = builder.Build();
  const std::function<void(ByteView, bool)> check = [&](ByteView document, bool array) {
    ElementWalk walk(document);
    while (const std::optional<Element> element = walk.Next()) {
      EXPECT_TRUE(array || (element->key != "a" && element->key != "name"));
      const std::optional<ByteView> inner = element->AsDocument();
      if (inner) check(*inner, element->type == BsonType::kArray);
    }
  };
  RandomDocuments documents(5);
  for (int i = 0; i < kRounds; ++i) {
    const std::string made = *Result(transform, documents.Next().bytes());
    check(AsBytes(made), false);
  }
}

TEST(TransformOfRandomDocuments, RefusesNestingThatNoServerStores) {
  const Document deep = RandomDocuments::Nested(300);
  TransformBuilder builder = FixedBuilder();
  builder.Sanitize({});
  EXPECT_FALSE(Result(builder.Build(), deep.bytes()));
  EXPECT_TRUE(Result(Compiled(R"([{"unset": ["b"]}])"), RandomDocuments::Nested(150).bytes()));
}

TEST(TransformOfRandomDocuments, MakesTheSameOnManyThreadsAtOnce) {
  const Transform transform = Compiled(
      R"([{"where": {"a": {"$exists": true}}}, {"mask": {"name": "hash"}}, {"keep": ["name", "a"]},
          {"convert": {"a": "string"}}, {"apply": {"a": "upper"}}])");
  const auto all = [&] {
    RandomDocuments documents(7);
    std::vector<std::optional<std::string>> results;
    for (int i = 0; i < 300; ++i) results.push_back(Result(transform, documents.Next().bytes()));
    return results;
  };
  const std::vector<std::optional<std::string>> expected = all();
  std::array<std::vector<std::optional<std::string>>, 4> made;
  std::vector<std::thread> threads;
  for (auto& results : made) threads.emplace_back([&] { results = all(); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& results : made) EXPECT_EQ(results, expected);
}

int Sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

// Of two that stand in order neither may stand on the other side of a third.
bool AgreesAbout(const Element& a, const Element& b, const Element& c) {
  return CompareValues(a, b) > 0 || CompareValues(b, c) > 0 || CompareValues(a, c) <= 0;
}

TEST(ValueOrder, IsAnOrderOfAllValues) {
  RandomDocuments documents(6);
  std::vector<Document> kept;
  std::vector<Element> values;
  while (values.size() < 150) {
    kept.push_back(documents.Next());
    ElementWalk walk(kept.back().bytes());
    while (const std::optional<Element> element = walk.Next()) values.push_back(*element);
  }
  bool holds = true;
  for (const Element& a : values) {
    for (const Element& b : values) {
      holds &= Sign(CompareValues(a, b)) == -Sign(CompareValues(b, a));
      for (std::size_t i = 0; i < values.size(); i += 10) holds &= AgreesAbout(a, b, values[i]);
    }
  }
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace haul
