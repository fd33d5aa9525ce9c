#include "tests/core/transform/changed.h"

#include <gtest/gtest.h>

#include "core/bson/extended_json.h"
#include "core/bson/validate.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

constexpr std::string_view kBefore = "before";

}  // namespace

TransformBuilder FixedBuilder() {
  using std::chrono::milliseconds;
  return {KeyedHash::FromKey("a key for the tests only", "test"),
          std::chrono::sys_time<milliseconds>(milliseconds(1767323045000))};
}

Transform Compiled(std::string_view steps) {
  const Document wrapped =
      ParseExtendedJson("{\"steps\":" + std::string(steps) + "}", "the steps of a test");
  TransformBuilder builder = FixedBuilder();
  builder.Steps(*FindDocument(wrapped.bytes(), "steps"), "t.json: a.b");
  return builder.Build();
}

std::string Changed(const Transform& transform, std::string_view document) {
  ByteBuffer out;
  out.Append(AsBytes(kBefore));
  const Document parsed = ParseExtendedJson(document, "the document of a test");
  if (transform.Apply(parsed.bytes(), out) == Transform::Fate::kFiltered) {
    EXPECT_EQ(AsText(out.view()), kBefore);
    return "filtered";
  }
  EXPECT_TRUE(AsText(out.view()).starts_with(kBefore));
  const ByteView changed = out.view().subspan(kBefore.size());
  ValidateDocument(changed);
  ByteBuffer text;
  JsonWriter({.relaxed = true}).Append(changed, text);
  return std::string(AsText(text.view()));
}

std::string Changed(std::string_view steps, std::string_view document) {
  return Changed(Compiled(steps), document);
}

std::string Refused(std::string_view steps, std::string_view document) {
  const Transform transform = Compiled(steps);
  const Document parsed = ParseExtendedJson(document, "the document of a test");
  ByteBuffer out;
  out.Append(AsBytes(kBefore));
  const std::optional<Error> error = Caught([&] { (void)transform.Apply(parsed.bytes(), out); });
  EXPECT_EQ(AsText(out.view()), kBefore);
  if (!error) return "not refused";
  EXPECT_EQ(error->code(), ExitCode::kRejected);
  return error->message();
}

}  // namespace haul
