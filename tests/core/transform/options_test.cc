#include <gtest/gtest.h>

#include <functional>

#include "core/bson/extended_json.h"
#include "core/secret/password.h"
#include "tests/core/transform/changed.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

using Options = std::function<void(TransformBuilder&)>;

Transform With(const Options& options) {
  TransformBuilder builder = FixedBuilder();
  options(builder);
  return builder.Build();
}

std::string Changed(const Options& options, std::string_view document) {
  return Changed(With(options), document);
}

std::string StringOf(const Transform& transform, std::string_view document,
                     std::string_view field) {
  ByteBuffer out;
  EXPECT_EQ(transform.Apply(ParseExtendedJson(document, "test").bytes(), out),
            Transform::Fate::kKept);
  return std::string(FindString(out.view(), field));
}

TEST(TransformOptions, ChangeNothingWhereThereAreNone) {
  const Transform transform = With([](TransformBuilder&) {});
  EXPECT_TRUE(transform.empty());
  EXPECT_EQ(Changed(transform, R"({"a": 1})"), R"({"a":1})");
}

TEST(TransformOptions, SanitizeDropsNamesAtEveryDepth) {
  EXPECT_EQ(Changed(
                [](TransformBuilder& b) {
                  b.Sanitize({"ssn", "0"});
                },
                R"({"password": 1, "a": [{"passwordHash": 2, "b": [[{"ssn": 3, "c": 4}]]}, 5],
                        "d": {"accessToken": {"x": 1}, "refreshToken": [], "e": 6},
                        "Password": 7, "password2": 8, "0": 9})"),
            R"({"a":[{"b":[[{"c":4}]]},5],"d":{"e":6},"Password":7,"password2":8})");
}

TEST(TransformOptions, ExcludeTakesAListOfPaths) {
  EXPECT_EQ(Changed([](TransformBuilder& b) { b.Exclude("a, b.c", "--excludeFields"); },
                    R"({"a": 1, "b": {"c": 2, "d": 3}})"),
            R"({"b":{"d":3}})");
  EXPECT_EQ(Changed([](TransformBuilder& b) { b.Exclude("b,b.c,b", "--excludeFields"); },
                    R"({"a": 1, "b": {"c": 2}})"),
            R"({"a":1})");
  for (const char* const text : {"", "a,,b", "a.", ".a", "a..b"}) {
    const std::optional<Error> error =
        Caught([&] { With([&](TransformBuilder& b) { b.Exclude(text, "--excludeFields"); }); });
    ASSERT_TRUE(error) << text;
    EXPECT_EQ(error->code(), ExitCode::kUsage);
  }
}

std::string FilledWith(const std::string& value) {
  return Changed([&](TransformBuilder& b) { b.Default("f=" + value, "--default"); }, "{}");
}

TEST(TransformOptions, DefaultReadsExtendedJson) {
  EXPECT_EQ(FilledWith("true"), R"({"f":true})");
  EXPECT_EQ(FilledWith("12"), R"({"f":12})");
  EXPECT_EQ(FilledWith("1.5"), R"({"f":1.5})");
  EXPECT_EQ(FilledWith("null"), R"({"f":null})");
  EXPECT_EQ(FilledWith(R"(["a",{"b":1}])"), R"({"f":["a",{"b":1}]})");
  EXPECT_EQ(FilledWith(R"({"$date":"2024-01-01T00:00:00Z"})"),
            R"({"f":{"$date":"2024-01-01T00:00:00Z"}})");
  EXPECT_EQ(FilledWith(R"("12")"), R"({"f":"12"})");
}

TEST(TransformOptions, DefaultTakesAllElseForAString) {
  EXPECT_EQ(FilledWith("plain text"), R"({"f":"plain text"})");
  EXPECT_EQ(FilledWith(""), R"({"f":""})");
  EXPECT_EQ(FilledWith("a=b"), R"({"f":"a=b"})");
  EXPECT_EQ(FilledWith(R"(1,"g":2)"), R"({"f":"1,\"g\":2"})");
  EXPECT_EQ(FilledWith("1}"), R"({"f":"1}"})");
}

TEST(TransformOptions, WithoutAnEqualsSignAreRefusedAndNotShown) {
  ExpectError([] { With([](TransformBuilder& b) { b.Default("secret", "--default"); }); },
              ExitCode::kUsage, "--default: there is no = behind the field");
  ExpectError([] { With([](TransformBuilder& b) { b.Mask("email", "--mask"); }); },
              ExitCode::kUsage, "--mask: there is no = behind the field");
}

TEST(TransformOptions, DatesMakeDatesOfStringsAndNowOfNothing) {
  const auto dates = [](bool now) {
    return With([&](TransformBuilder& b) { b.Dates("a,b.c", now, "--dateFields"); });
  };
  EXPECT_EQ(Changed(dates(false), R"({"a": "2024-02-29T12:00:00+01:00"})"),
            R"({"a":{"$date":"2024-02-29T11:00:00Z"}})");
  EXPECT_EQ(Changed(dates(true), R"({"a": null})"),
            R"({"a":null,"b":{"c":{"$date":"2026-01-02T03:04:05Z"}}})");
  ByteBuffer out;
  ExpectError(
      [&] {
        (void)dates(false).Apply(ParseExtendedJson(R"({"a": "2020-13-45"})", "t").bytes(), out);
      },
      ExitCode::kRejected, "date a: '2020-13-45' is not a date");
}

TEST(TransformOptions, NewIdsPutAFreshObjectIdFirst) {
  const Transform transform = With([](TransformBuilder& b) { b.NewIds(); });
  ByteBuffer out;
  const Document document = ParseExtendedJson(R"({"a": 1, "_id": 5})", "test");
  (void)transform.Apply(document.bytes(), out);
  const std::string first(AsText(out.view()));
  EXPECT_EQ(ElementWalk(out.view()).Next()->key, "_id");
  EXPECT_EQ(FindElement(out.view(), "_id")->type, BsonType::kObjectId);
  EXPECT_EQ(out.size(), 4 + 17 + 7 + 1);
  out.Clear();
  (void)transform.Apply(document.bytes(), out);
  EXPECT_NE(AsText(out.view()), first);
}

TEST(TransformOptions, HashTakesStringsThatAreNoHashesYet) {
  const Transform transform =
      With([](TransformBuilder& b) { b.Hash("password=bcrypt:4", "--hash"); });
  const std::string hash = StringOf(transform, R"({"password": "Test1234"})", "password");
  EXPECT_TRUE(VerifyPassword(hash, "Test1234"));
  EXPECT_EQ(StringOf(transform, R"({"password": ")" + hash + "\"}", "password"), hash);
  EXPECT_TRUE(VerifyPassword(StringOf(transform, R"({"password": "$2b$12$short"})", "password"),
                             "$2b$12$short"));
  EXPECT_EQ(Changed(transform, R"({"password": null})"), R"({"password":null})");
  EXPECT_EQ(Changed(transform, R"({"a": 1})"), R"({"a":1})");
}

TEST(TransformOptions, HashRefusesWithoutShowingThePassword) {
  const Transform transform =
      With([](TransformBuilder& b) { b.Hash("password=bcrypt:4", "--hash"); });
  ByteBuffer out;
  const auto apply = [&](const std::string& value) {
    const Document document = ParseExtendedJson("{\"password\":" + value + "}", "test");
    (void)transform.Apply(document.bytes(), out);
  };
  ExpectError([&] { apply("123456"); }, ExitCode::kRejected,
              "hash password: an int32 where a string is needed");
  ExpectError([&] { apply('"' + std::string(73, 'x') + '"'); }, ExitCode::kRejected,
              "hash password: hash a password: 73 bytes, and bcrypt uses no more than 72");
}

TEST(TransformOptions, NameTheHashedFieldsSoThatRejectsCanHideThem) {
  TransformBuilder builder = FixedBuilder();
  builder.Hash("password=bcrypt:4", "--hash");
  builder.Hash("login.pin=argon2id:8KiB:1", "--hash");
  ASSERT_EQ(builder.hashed_fields().size(), 2U);
  EXPECT_EQ(Changed(RedactFields(builder.hashed_fields()),
                    R"({"password": "clear", "login": {"pin": 1}, "a": 2})"),
            R"({"password":"<redacted>","login":{"pin":"<redacted>"},"a":2})");
  EXPECT_EQ(Changed(RedactFields(builder.hashed_fields()), R"({"password": null})"),
            R"({"password":null})");
}

TEST(TransformOptions, SayWhetherTheMaskKeyMatters) {
  TransformBuilder builder = FixedBuilder();
  builder.Mask("a=redact", "--mask");
  EXPECT_FALSE(builder.uses_mask_key());
  builder.Mask("b=email", "--mask");
  EXPECT_TRUE(builder.uses_mask_key());
}

TEST(TransformOptions, RefuseADocumentThatGrowsTooLarge) {
  const std::string text(1000, 'x');
  const Transform transform = With([&](TransformBuilder& b) {
    for (int i = 0; i < 20000; ++i) b.Default("f" + std::to_string(i) + "=" + text, "--default");
  });
  ByteBuffer out;
  ExpectError([&] { (void)transform.Apply(Document().bytes(), out); }, ExitCode::kRejected,
              "it grows to 19.3 MiB, and a server stores at most 16.0 MiB");
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace haul
