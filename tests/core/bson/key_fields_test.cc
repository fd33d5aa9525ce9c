#include "core/bson/key_fields.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/bson/extended_json.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

struct Key {
  explicit Key(const std::string& json, std::vector<std::string> paths = {"k"})
      : document(ParseExtendedJson(json, "document")),
        fields(std::move(paths), "--key"),
        found(fields.Find(document.bytes(), values)) {}
  [[nodiscard]] std::uint64_t hash() const { return HashKey(values); }

  std::vector<Element> values;
  Document document;
  KeyFields fields;
  KeyFields::Found found;
};

TEST(KeyFields, FindsTheValuesOfPathsThroughDocumentsInTheirOrder) {
  const Key key(R"({"a":{"b":{"c":"x"}},"z":7})", {"z", "a.b.c"});
  ASSERT_EQ(key.values.size(), 2U);
  EXPECT_EQ(key.values[0].AsInteger(), 7);
  EXPECT_EQ(key.values[1].AsString(), "x");
  EXPECT_EQ(key.found.values, 2U);
}

TEST(KeyFields, NamesTheFirstPartThatIsAbsentOrNull) {
  EXPECT_EQ(Key(R"({"a":1,"b":null})", {"a", "b", "c"}).found.first_absent, "b");
  EXPECT_EQ(Key(R"({"a":{"$undefined":true}})", {"a"}).found.first_absent, "a");
  EXPECT_EQ(Key(R"({"a":5})", {"a.b"}).found.first_absent, "a.b");
  EXPECT_EQ(Key(R"({"b":{}})", {"a", "b.c"}).found.values, 0U);
}

TEST(KeyFields, EntersNoArrays) {
  EXPECT_EQ(Key(R"({"a":[{"b":1}]})", {"a.b"}).found.values, 0U);
  EXPECT_EQ(Key(R"({"a":[7]})", {"a.0"}).found.values, 0U);
  EXPECT_EQ(Key(R"({"a":{"0":7}})", {"a.0"}).found.values, 1U);
}

TEST(KeyFields, RefusesPathsThatCannotBeAKey) {
  const auto refused = [](std::vector<std::string> paths, const std::string& message) {
    ExpectError([&] { KeyFields(std::move(paths), "--key"); }, ExitCode::kUsage, message);
  };
  refused({}, "--key: names no field");
  refused({""}, "--key: '' has an empty part");
  refused({"a."}, "--key: 'a.' has an empty part");
  refused({".a"}, "--key: '.a' has an empty part");
  refused({"a.$b"}, "--key: 'a.$b' has a part that begins with '$', which a key cannot have");
  refused({"a", "b", "a"}, "--key: 'a' and 'a' overlap");
  refused({"a.b", "a"}, "--key: 'a' and 'a.b' overlap");
  refused({std::string("a\0b", 3)}, "--key: 'a\\x00b' holds a NUL");
}

TEST(HashKey, IsTheSameForNumbersOfAllTypesThatAreEqual) {
  const std::uint64_t one = Key(R"({"k":{"$numberInt":"1"}})").hash();
  EXPECT_EQ(Key(R"({"k":{"$numberLong":"1"}})").hash(), one);
  EXPECT_EQ(Key(R"({"k":{"$numberDouble":"1.0"}})").hash(), one);
  EXPECT_EQ(Key(R"({"k":{"$numberDecimal":"1.00"}})").hash(), one);
  EXPECT_NE(Key(R"({"k":{"$numberInt":"2"}})").hash(), one);
  EXPECT_EQ(Key(R"({"k":{"$numberDouble":"-0.0"}})").hash(),
            Key(R"({"k":{"$numberInt":"0"}})").hash());
  EXPECT_EQ(Key(R"({"k":{"$numberDecimal":"NaN"}})").hash(),
            Key(R"({"k":{"$numberDouble":"NaN"}})").hash());
}

TEST(HashKey, IsTheSameForEqualNumbersInsideOfDocuments) {
  EXPECT_EQ(Key(R"({"k":{"a":{"$numberInt":"1"},"b":[{"$numberLong":"2"}]}})").hash(),
            Key(R"({"k":{"a":{"$numberDouble":"1.0"},"b":[{"$numberInt":"2"}]}})").hash());
}

TEST(HashKey, TellsValuesOfOtherTypesAndOrdersApart) {
  const std::uint64_t text = Key(R"({"k":"1"})").hash();
  EXPECT_NE(Key(R"({"k":{"$numberInt":"1"}})").hash(), text);
  EXPECT_EQ(Key(R"({"k":{"$symbol":"1"}})").hash(), text);
  EXPECT_NE(Key(R"({"a":"1","b":"2"})", {"a", "b"}).hash(),
            Key(R"({"a":"2","b":"1"})", {"a", "b"}).hash());
  EXPECT_NE(Key(R"({"k":{"a":{},"b":1}})").hash(), Key(R"({"k":{"a":{"b":1}}})").hash());
}

}  // namespace
}  // namespace haul
