#include "core/cli/common_options.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace haul {

Option JobsOption(std::optional<std::uint64_t>& into, std::string help) {
  return {.name = "jobs",
          .field = MaybeCountField{&into, 1, 1024},
          .argument = "N",
          .help = std::move(help),
          .default_text = "the larger of 4 and the cores"};
}

std::size_t JobsOrDefault(std::optional<std::uint64_t> jobs) {
  constexpr std::size_t kFewest = 4;
  return jobs.value_or(std::max<std::size_t>(kFewest, std::thread::hardware_concurrency()));
}

Option RejectsOption(std::string& into, std::string help) {
  return {.name = "rejects",
          .field = TextField{&into},
          .argument = "FILE",
          .help = std::move(help),
          .default_text = "haul-rejects-TIME-PID.json"};
}

Option WriteConcernOption(std::string& into) {
  return {.name = "writeConcern",
          .field = TextField{&into},
          .argument = "CONCERN",
          .help = "what the server waits for: a number, majority, or {w:…, j:…, wtimeout:…}",
          .default_text = "majority"};
}

Option BypassValidationOption(bool& into) {
  return {.name = "bypassDocumentValidation",
          .field = FlagField{&into},
          .help = "store documents that the collection's validator would refuse"};
}

}  // namespace haul
