#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/bson/extended_json.h"
#include "core/cli/environment.h"
#include "seed/plan.h"
#include "tests/support/temporary_directory.h"

namespace haul::testing {

/// Seed files of one test, and the plan that comes of them.
class SeedFiles {
 public:
  void Write(const std::string& name, const std::string& text) const {
    WriteAllTo(folder_ / name, text);
  }
  [[nodiscard]] std::string Path(const std::string& name) const { return folder_ / name; }

  [[nodiscard]] SeedPlan Plan() const {
    PlanOptions chosen = options;
    if (chosen.paths.empty()) chosen.paths = {folder_.path().string()};
    return MakeSeedPlan(chosen, run());
  }
  [[nodiscard]] SeedRun run() const { return {now, seed, &environment}; }

  /// The documents of a file as canonical Extended JSON, one after another.
  [[nodiscard]] static std::vector<std::string> Documents(const SeedFile& file) {
    std::vector<std::string> texts;
    for (const CompiledDocument& document : file.documents) {
      for (Moment moment; moment.copy < document.copies; ++moment.copy) {
        ByteBuffer bytes;
        document.document->Append(moment, bytes);
        texts.push_back(ToCanonicalJson(bytes.view()));
      }
    }
    return texts;
  }
  /// Of one file that holds `text`.
  [[nodiscard]] std::vector<std::string> DocumentsOf(const std::string& text) const {
    Write("a/x.json", text);
    return Documents(*Plan().collections.front().files.front());
  }

  PlanOptions options{.database = "db", .environment = "development", .environment_is_known = true};
  std::chrono::sys_time<std::chrono::milliseconds> now{
      std::chrono::milliseconds(1'700'000'000'000)};
  std::uint64_t seed = 1;
  Environment environment{std::map<std::string, std::string, std::less<>>{{"WORD", "value"}}};

 private:
  TemporaryDirectory folder_;
};

}  // namespace haul::testing
