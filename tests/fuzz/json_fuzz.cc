// Any text: JsonParser and ParseExtendedJson accept the same texts with the same results.
#include <string>

#include "core/base/error.h"
#include "core/bson/extended_json.h"
#include "core/bson/json_parser.h"
#include "core/bson/validate.h"
#include "tests/fuzz/fuzz_target.h"

namespace haul {
namespace {

// The document's bytes, or the cause of its refusal.
struct Judgement {
  bool accepted;
  std::string text;
};

Judgement ByReader(std::string_view text) {
  try {
    return {true, std::string(AsText(ParseExtendedJson(text, "it").bytes()))};
  } catch (const Error& error) {
    return {false, error.message()};
  }
}

void Check(std::string_view text) {
  static JsonParser parser;
  static ByteBuffer out;
  out.Clear();
  const JsonParser::Problem problem = parser.Parse(text, out);
  Hold(!problem || out.empty(), "a problem leaves the buffer as it was");
  if (problem && problem->cause.starts_with("more than 200 levels")) return;
  const Judgement expected = ByReader(text);
  Hold(expected.accepted == !problem, expected.accepted ? problem->cause : expected.text);
  if (problem) {
    Hold(problem->at <= text.size(), "the place lies in the text");
    return;
  }
  Hold(AsText(out.view()) == expected.text, "both have the same result");
  ValidateDocument(out.view());
}

}  // namespace
}  // namespace haul

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  haul::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
