#include <gtest/gtest.h>

#include "tests/core/transform/changed.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

TEST(Steps, TogetherDoWhatTheDesignShows) {
  EXPECT_EQ(
      Changed(R"([{"where": {"age": {"$exists": true}}}, {"rename": {"nick": "handle"}},
                  {"unset": ["old"]}, {"convert": {"createdAt": "date", "age": "int"}},
                  {"split": {"name": ["firstName", "lastName"]}},
                  {"wrap": {"price": {"amount": "$price", "currency": "USD"}}},
                  {"apply": {"email": ["trim", "lower"]}}, {"map": {"status": {"new": "pending"}}},
                  {"mask": {"phone": "redact"}}, {"set": {"schemaVersion": 2}},
                  {"default": {"isActive": true}}])",
              R"({"_id": 1, "nick": "ada", "old": 1, "createdAt": "2024-02-29", "age": "36",
                  "name": "Ada King Lovelace", "price": 9.5, "email": " Ada@Example.com ",
                  "status": "new", "phone": "123", "isActive": null})"),
      R"({"_id":1,"handle":"ada","createdAt":{"$date":"2024-02-29T00:00:00Z"},"age":36,)"
      R"("firstName":"Ada","lastName":"King Lovelace","price":{"amount":9.5,"currency":"USD"},)"
      R"("email":"ada@example.com","status":"pending","phone":"<redacted>","isActive":true,)"
      R"("schemaVersion":2})");
  EXPECT_EQ(Changed(R"([{"where": {"age": {"$exists": true}}}, {"unset": ["a"]}])", R"({"a": 1})"),
            "filtered");
}

TEST(Steps, AreDoneInTheirOrder) {
  EXPECT_EQ(Changed(R"([{"set": {"a": 1}}, {"unset": ["a"]}])", "{}"), "{}");
  EXPECT_EQ(Changed(R"([{"unset": ["a"]}, {"set": {"a": 1}}])", R"({"a": 2, "b": 3})"),
            R"({"b":3,"a":1})");
  EXPECT_EQ(Changed(R"([{"set": {"a": 1}}, {"set": {"b": 2}}, {"set": {"a": 3}}])", "{}"),
            R"({"a":3,"b":2})");
  EXPECT_EQ(Changed(R"([{"rename": {"a": "b"}}, {"set": {"a": 1}}])", R"({"a": 2})"),
            R"({"b":2,"a":1})");
}

TEST(Unset, TakesFieldsAtTheirPathsAndLeavesAllElse) {
  EXPECT_EQ(Changed(R"([{"unset": ["a", "b.c", "x"]}])",
                    R"({"a": 1, "b": {"c": 2, "d": 3}, "e": {"a": 4}})"),
            R"({"b":{"d":3},"e":{"a":4}})");
  EXPECT_EQ(Changed(R"([{"unset": "b.c"}])", R"({"b": 5})"), R"({"b":5})");
}

TEST(Unset, GoesThroughArraysAndKeepsPositions) {
  EXPECT_EQ(Changed(R"([{"unset": ["a.b"]}])", R"({"a": [{"b": 1, "c": 2}, 3, [{"b": 4}], {}]})"),
            R"({"a":[{"c":2},3,[{}],{}]})");
  EXPECT_EQ(Changed(R"([{"unset": ["a.1"]}])", R"({"a": [1, 2, 3]})"), R"({"a":[1,null,3]})");
  EXPECT_EQ(Changed(R"([{"unset": ["a.1.b"]}])", R"({"a": [{"b": 1}, {"b": 2}]})"),
            R"({"a":[{"b":1},{}]})");
}

TEST(Keep, KeepsPathsAndTheId) {
  EXPECT_EQ(Changed(R"([{"keep": ["a", "b.c"]}])",
                    R"({"x": 0, "_id": 1, "b": {"c": 2, "d": 3}, "a": {"y": 4}, "e": 5})"),
            R"({"_id":1,"b":{"c":2},"a":{"y":4}})");
  EXPECT_EQ(Changed(R"([{"keep": ["a.b", "a"]}])", R"({"a": {"c": 1}})"), R"({"a":{"c":1}})");
  EXPECT_EQ(Changed(R"([{"keep": []}, {"unset": ["_id"]}])", R"({"_id": 1, "a": 2})"), "{}");
}

TEST(Keep, KeepsOfAnArrayTheDocumentsAsAProjectionDoes) {
  EXPECT_EQ(Changed(R"([{"keep": ["a.b"]}])",
                    R"({"a": [1, {"b": 2, "c": 3}, [{"b": 4}], {"c": 5}], "d": 6})"),
            R"({"a":[{"b":2},[{"b":4}],{}]})");
  EXPECT_EQ(Changed(R"([{"keep": ["a.b"]}])", R"({"a": 1})"), "{}");
}

TEST(Set, ReplacesInPlaceOrAppendsAndMakesParents) {
  EXPECT_EQ(Changed(R"([{"set": {"a": 1, "b.c": {"$oid": "65f0c0ffee65f0c0ffee65f0"}}}])",
                    R"({"a": "x", "z": 1})"),
            R"({"a":1,"z":1,"b":{"c":{"$oid":"65f0c0ffee65f0c0ffee65f0"}}})");
  EXPECT_EQ(Changed(R"([{"set": {"b.c": 1, "b.d": 2}}])", R"({"b": {"x": 0}})"),
            R"({"b":{"x":0,"c":1,"d":2}})");
  EXPECT_EQ(Changed(R"([{"set": {"b.c": 1}}])", R"({"b": null})"), R"({"b":{"c":1}})");
  EXPECT_EQ(Changed(R"([{"set": {"b.c": 1}}])", R"({"b": [{}, 2, {"c": 3}]})"),
            R"({"b":[{"c":1},2,{"c":1}]})");
  EXPECT_EQ(Refused(R"([{"set": {"b.c.d": 1}}])", R"({"b": {"c": 5}})"),
            "set b.c.d: c is an int32, not a document");
}

TEST(Default, FillsWhatIsAbsentOrNull) {
  EXPECT_EQ(
      Changed(R"([{"default": {"a": 1, "b": 2, "c": 3, "d.e": 4}}])", R"({"a": null, "b": false})"),
      R"({"a":1,"b":false,"c":3,"d":{"e":4}})");
}

TEST(Rename, KeepsThePlaceBesideAndMovesElsewhere) {
  EXPECT_EQ(Changed(R"([{"rename": {"a": "b"}}])", R"({"a": 1, "c": 2})"), R"({"b":1,"c":2})");
  EXPECT_EQ(Changed(R"([{"rename": {"x.a": "x.b"}}])", R"({"x": [{"a": 1}, {"c": 2}]})"),
            R"({"x":[{"b":1},{"c":2}]})");
  EXPECT_EQ(Changed(R"([{"rename": {"a.b": "c.d"}}])", R"({"a": {"b": 1, "x": 2}})"),
            R"({"a":{"x":2},"c":{"d":1}})");
  EXPECT_EQ(Changed(R"([{"rename": {"a.b": "c.d"}}])", R"({"x": 1})"), R"({"x":1})");
  EXPECT_EQ(Changed(R"([{"rename": {"a": "b", "b": "c"}}])", R"({"a": 1})"), R"({"c":1})");
}

TEST(Rename, LosesNothing) {
  EXPECT_EQ(Refused(R"([{"rename": {"a": "b"}}])", R"({"a": 1, "b": 2})"),
            "rename a: b exists already");
  EXPECT_EQ(Refused(R"([{"rename": {"a": "b", "c": "b"}}])", R"({"a": 1, "c": 2})"),
            "rename c: b exists already");
  EXPECT_EQ(Refused(R"([{"rename": {"a.b": "c"}}])", R"({"a": {"b": 1}, "c": 2})"),
            "rename to c: the field exists already");
  EXPECT_EQ(Refused(R"([{"rename": {"a.b": "c"}}])", R"({"a": [{"b": 1}]})"),
            "rename a.b to c: there is an array on the way");
  EXPECT_EQ(Refused(R"([{"rename": {"a": "c.d"}}])", R"({"a": 1, "c": []})"),
            "rename a to c.d: there is an array on the way");
  EXPECT_EQ(Refused(R"([{"rename": {"a": "c.d"}}])", R"({"a": 1, "c": 5})"),
            "rename to c.d: c is an int32, not a document");
  EXPECT_EQ(Refused(R"([{"rename": {"a.0": "a.b"}}])", R"({"a": [1]})"),
            "rename a.0: it is an element of an array, which has no name");
}

TEST(Split, CutsAtWhiteSpaceOrAtTheTextNamed) {
  constexpr std::string_view kNames = R"([{"split": {"n": ["a", "b"]}}])";
  EXPECT_EQ(Changed(kNames, R"({"n": "  Ada \t King Lovelace "})"),
            R"({"a":"Ada","b":"King Lovelace"})");
  EXPECT_EQ(Changed(kNames, R"({"n": "Cher", "x": 1})"), R"({"a":"Cher","x":1})");
  EXPECT_EQ(Changed(kNames, R"({"n": ""})"), R"({"a":""})");
  EXPECT_EQ(Changed(kNames, R"({"n": null})"), R"({"n":null})");
  EXPECT_EQ(Changed(kNames, R"({"x": 1})"), R"({"x":1})");
  EXPECT_EQ(Changed(R"([{"split": {"n": ["n", "rest"]}}])", R"({"n": "a b"})"),
            R"({"n":"a","rest":"b"})");
  constexpr std::string_view kCommas =
      R"([{"split": {"n": {"into": ["a", "b", "c"], "by": ","}}}])";
  EXPECT_EQ(Changed(kCommas, R"({"n": "1,2,3,4"})"), R"({"a":"1","b":"2","c":"3,4"})");
  EXPECT_EQ(Changed(kCommas, R"({"n": "1,"})"), R"({"a":"1","b":""})");
  EXPECT_EQ(Changed(kCommas, R"({"n": ",,"})"), R"({"a":"","b":"","c":""})");
}

TEST(Split, RefusesWhatWouldBeLost) {
  EXPECT_EQ(Refused(R"([{"split": {"n": ["a", "b"]}}])", R"({"n": 5})"),
            "split n: an int32 where a string is needed");
  EXPECT_EQ(Refused(R"([{"split": {"n": ["a", "b"]}}])", R"({"n": "x y", "b": 1})"),
            "split n: b exists already");
}

TEST(Wrap, MakesADocumentOfAValueAndOfOthers) {
  EXPECT_EQ(Changed(R"([{"wrap": {"p": {"amount": "$p", "cur": "$currency", "no": "$none",
                                        "text": {"$literal": "$p"}, "in": {"a": "$x.y"}}}}])",
                    R"({"p": 5, "currency": "EUR", "x": {"y": [1]}})"),
            R"({"p":{"amount":5,"cur":"EUR","text":"$p","in":{"a":[1]}},"currency":"EUR",)"
            R"("x":{"y":[1]}})");
  EXPECT_EQ(Changed(R"([{"wrap": {"i.p": {"amount": "$i.p"}}}])", R"({"i": [{"p": 1}, {"p": 2}]})"),
            R"({"i":[{"p":{"amount":1}},{"p":{"amount":2}}]})");
  EXPECT_EQ(Changed(R"([{"wrap": {"p": {"amount": "$p"}}}])", R"({"x": 1})"), R"({"x":1})");
}

TEST(Apply, TrimsAndChangesLettersOfStringsInArraysToo) {
  EXPECT_EQ(Changed(R"([{"apply": {"a": ["trim", "upper"], "b": "lower"}}])",
                    R"({"a": [" x ", null, ["y\u00a0"]], "b": "\u00c4\u0416 \u00df"})"),
            "{\"a\":[\"X\",null,[\"Y\"]],\"b\":\"\u00e4\u0436 \u00df\"}");
  EXPECT_EQ(Refused(R"([{"apply": {"a": "trim"}}])", R"({"a": 5})"),
            "apply a: an int32 where a string is needed");
}

TEST(Map, ReplacesTheStringsThatItNames) {
  EXPECT_EQ(Changed(R"([{"map": {"s": {"new": "pending", "old": null, "n": 5}}}])",
                    R"({"s": ["new", "old", "n", "other", 1], "t": "new"})"),
            R"({"s":["pending",null,5,"other",1],"t":"new"})");
}

}  // namespace
}  // namespace haul
