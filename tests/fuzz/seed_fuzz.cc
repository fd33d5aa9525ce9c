// Any text as a seed file: it is refused with a fault that names a line, or its documents are BSON
// and the same each time.
#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include "core/base/error.h"
#include "core/bson/validate.h"
#include "core/cli/environment.h"
#include "seed/compiler.h"
#include "seed/seed_text.h"
#include "tests/fuzz/fuzz_target.h"

namespace haul {
namespace {

void CheckDocument(const CompiledDocument& document) {
  constexpr std::uint64_t kLooked = 3;
  for (Moment moment; moment.copy < std::min(document.copies, kLooked); ++moment.copy) {
    ByteBuffer once;
    ByteBuffer again;
    document.document->Append(moment, once);
    document.document->Append(moment, again);
    ValidateDocument(once.view());
    // A random UUID is the only thing that differs.
    const bool same = AsText(once.view()) == AsText(again.view());
    Hold(same || !document.volatile_fields.empty(), "one moment gives one document");
  }
}

void Check(std::string_view text) {
  static const Environment environment(
      std::map<std::string, std::string, std::less<>>{{"WORD", "value"}});
  const SeedRun run{std::chrono::sys_time<std::chrono::milliseconds>{}, 1, &environment};
  References references;
  PlaceCounts generated;
  SeedCompiler compiler({.run = run,
                         .file = "it",
                         .root = "/nonexistent",
                         .collection = "c",
                         .references = references,
                         .generated = generated});
  try {
    SeedText(text).Read({.settings = [](SeedValue&&) {},
                         .document =
                             [&](SeedValue&& value, const std::string& path) {
                               CheckDocument(compiler.CompileDocument({value, path}));
                             }});
  } catch (const Error& error) {
    const bool expected = error.code() == ExitCode::kUsage || error.code() == ExitCode::kLimit;
    Hold(expected, error.message());
    Hold(error.code() == ExitCode::kLimit || error.message().find("line ") != std::string::npos,
         error.message());
  }
}

}  // namespace
}  // namespace haul

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  haul::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
