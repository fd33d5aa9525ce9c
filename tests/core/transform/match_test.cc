#include <gtest/gtest.h>

#include "core/bson/extended_json.h"
#include "core/transform/document_match.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

bool Matches(std::string_view query, std::string_view document) {
  return DocumentMatch(ParseExtendedJson(query, "query").bytes(), "where")
      .Matches(ParseExtendedJson(document, "document").bytes());
}

void ExpectUsage(std::string_view query, const std::string& message) {
  ExpectError([&] { (void)Matches(query, "{}"); }, ExitCode::kUsage, message);
}

TEST(DocumentMatch, ComparesForEquality) {
  EXPECT_TRUE(Matches("{}", R"({"a": 1})"));
  EXPECT_TRUE(Matches(R"({"a": 1, "b.c": "x"})", R"({"b": {"c": "x"}, "a": 1.0})"));
  EXPECT_FALSE(Matches(R"({"a": 1})", R"({"a": "1"})"));
  EXPECT_FALSE(Matches(R"({"a": 1})", R"({"b": 1})"));
  EXPECT_TRUE(Matches(R"({"a": {"b": 1}})", R"({"a": {"b": 1}})"));
  EXPECT_FALSE(Matches(R"({"a": {"b": 1}})", R"({"a": {"b": 1, "c": 2}})"));
  EXPECT_TRUE(Matches(R"({"a": {"$ref": "x", "$id": 1}})", R"({"a": {"$ref": "x", "$id": 1}})"));
  EXPECT_TRUE(Matches(R"({"a": {"$eq": {"$numberDecimal": "0.5"}}})", R"({"a": 0.5})"));
  EXPECT_TRUE(Matches(R"({"a": {"$ne": 1}})", "{}"));
  EXPECT_FALSE(Matches(R"({"a": {"$ne": 1}})", R"({"a": [2, 1]})"));
}

TEST(DocumentMatch, TakesNullForWhatIsAbsent) {
  EXPECT_TRUE(Matches(R"({"a": null})", "{}"));
  EXPECT_TRUE(Matches(R"({"a.b": null})", R"({"a": 5})"));
  EXPECT_TRUE(Matches(R"({"a": null})", R"({"a": null})"));
  EXPECT_FALSE(Matches(R"({"a": null})", R"({"a": 0})"));
  EXPECT_TRUE(Matches(R"({"a": {"$in": [1, null]}})", "{}"));
  EXPECT_FALSE(Matches(R"({"a": {"$nin": [1, null]}})", "{}"));
}

TEST(DocumentMatch, OrdersValuesOfOneClassOfTypes) {
  EXPECT_TRUE(Matches(R"({"a": {"$gt": 5, "$lte": 6}})", R"({"a": 5.5})"));
  EXPECT_FALSE(Matches(R"({"a": {"$gt": 5}})", R"({"a": 5})"));
  EXPECT_TRUE(Matches(R"({"a": {"$gte": 5}})", R"({"a": {"$numberLong": "5"}})"));
  EXPECT_FALSE(Matches(R"({"a": {"$gt": 5}})", R"({"a": "text"})"));
  EXPECT_FALSE(Matches(R"({"a": {"$lt": 5}})", "{}"));
  EXPECT_TRUE(Matches(R"({"a": {"$lt": "b"}})", R"({"a": "abc"})"));
  EXPECT_TRUE(Matches(R"({"a": {"$gt": {"$date": "2024-01-01T00:00:00Z"}}})",
                      R"({"a": {"$date": "2024-01-02T00:00:00Z"}})"));
  EXPECT_TRUE(Matches(R"({"a": {"$gt": {"$minKey": 1}}})", R"({"a": "text"})"));
  EXPECT_FALSE(Matches(R"({"a": {"$lt": 5}})", R"({"a": {"$numberDouble": "NaN"}})"));
  EXPECT_TRUE(Matches(R"({"a": {"$lt": {"$numberDecimal": "1E+100"}}})",
                      R"({"a": {"$numberLong": "9223372036854775807"}})"));
}

TEST(DocumentMatch, ComparesNumbersExactlyAcrossTypes) {
  EXPECT_FALSE(Matches(R"({"a": {"$numberDouble": "9007199254740992"}})",
                       R"({"a": {"$numberLong": "9007199254740993"}})"));
  EXPECT_TRUE(Matches(R"({"a": {"$gt": {"$numberDouble": "9007199254740992"}}})",
                      R"({"a": {"$numberLong": "9007199254740993"}})"));
  EXPECT_TRUE(Matches(R"({"a": {"$gt": {"$numberDecimal": "0.1"}}})", R"({"a": 0.1})"));
}

TEST(DocumentMatch, GoesThroughArrays) {
  EXPECT_TRUE(Matches(R"({"a": 2})", R"({"a": [1, 2]})"));
  EXPECT_TRUE(Matches(R"({"a": [1, 2]})", R"({"a": [1, 2]})"));
  EXPECT_FALSE(Matches(R"({"a": 2})", R"({"a": [[2]]})"));
  EXPECT_TRUE(Matches(R"({"a.b": 2})", R"({"a": [{"b": 1}, {"b": [2]}]})"));
  EXPECT_TRUE(Matches(R"({"a.1": 2})", R"({"a": [1, 2]})"));
  EXPECT_TRUE(Matches(R"({"a.0.b": 1})", R"({"a": [{"b": 1}]})"));
  EXPECT_TRUE(Matches(R"({"a": {"$gt": 5, "$lt": 3}})", R"({"a": [1, 9]})"));
}

TEST(DocumentMatch, KnowsExistsTypeAndNot) {
  EXPECT_TRUE(Matches(R"({"a": {"$exists": true}})", R"({"a": null})"));
  EXPECT_TRUE(Matches(R"({"a.b": {"$exists": false}})", R"({"a": {}})"));
  EXPECT_FALSE(Matches(R"({"a": {"$exists": 0}})", R"({"a": 1})"));
  EXPECT_TRUE(Matches(R"({"a": {"$type": "string"}})", R"({"a": ["x", 1]})"));
  EXPECT_TRUE(Matches(R"({"a": {"$type": "array"}})", R"({"a": []})"));
  EXPECT_TRUE(Matches(R"({"a": {"$type": ["string", 16]}})", R"({"a": 1})"));
  EXPECT_TRUE(Matches(R"({"a": {"$type": "number"}})", R"({"a": 1.5})"));
  EXPECT_TRUE(Matches(R"({"a": {"$type": -1}})", R"({"a": {"$minKey": 1}})"));
  EXPECT_TRUE(Matches(R"({"a": {"$not": {"$gt": 5}}})", "{}"));
  EXPECT_FALSE(Matches(R"({"a": {"$not": {"$gt": 5}}})", R"({"a": 6})"));
}

TEST(DocumentMatch, CombinesQueries) {
  EXPECT_TRUE(Matches(R"({"$or": [{"a": 1}, {"b": 2}]})", R"({"b": 2})"));
  EXPECT_FALSE(Matches(R"({"$nor": [{"a": 1}, {"b": 2}]})", R"({"b": 2})"));
  EXPECT_TRUE(Matches(R"({"$and": [{"a": {"$gt": 0}}, {"a": {"$lt": 2}}], "$comment": "x"})",
                      R"({"a": 1})"));
}

TEST(DocumentMatch, RefusesAllElseByItsName) {
  ExpectUsage(R"({"a": {"$regex": "x"}})", "where: $regex is not matched here");
  ExpectUsage(R"({"$expr": {}})", "where: $expr is not matched here");
  ExpectUsage(R"({"a": {"$elemMatch": {"b": 1}}})", "where: $elemMatch is not matched here");
  ExpectUsage(R"({"a": {"$gt": 1, "b": 2}})", "where: b is not matched here");
  ExpectUsage(R"({"a": {"$regularExpression": {"pattern": "x", "options": ""}}})",
              "where: regular expressions are not matched here");
  ExpectUsage(R"({"a": {"$in": 5}})", "where: $in takes an array of values");
  ExpectUsage(R"({"a": {"$not": 5}})", "where: $not takes a document of operators");
  ExpectUsage(R"({"a": {"$type": "text"}})",
              "where: $type takes names and numbers of BSON types, as \"string\" or 2");
  ExpectUsage(R"({"$or": []})", "where: $or takes an array of queries");
  ExpectUsage(R"({"$or": [1]})", "where: $or takes an array of queries");
  ExpectUsage(R"({"a..b": 1})", "where: 'a..b' is no path of a field");
}

TEST(DocumentMatch, RefusesAQueryThatIsNestedTooDeeply) {
  std::string query = "{}";
  for (int i = 0; i < 60; ++i) query = R"({"$and": [)" + query + "]}";
  ExpectUsage(query, "where: the query is nested too deeply");
}

}  // namespace
}  // namespace haul
