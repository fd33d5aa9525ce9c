#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/report/log.h"
#include "core/report/progress.h"

namespace haul {

struct Summary {
  std::string verb;  ///< "dumped", "restored"
  Amount done = {};
  std::uint64_t rejected = 0;
  std::chrono::milliseconds elapsed{0};
  LogFields more = {};  ///< further members of the JSON line
};

/// One collection is done. `rejected` is shown only where documents are written.
struct CollectionDone {
  std::string_view verb;  ///< "dumped", "restored"
  std::string ns;
  Amount done = {};
  std::optional<std::uint64_t> rejected = {};
};

/// A line a collection; with LogFormat::kMongoTools without -v too, and in those tools' words.
void LogCollectionDone(Log& log, const CollectionDone& collection);

/// The last line of a run: documents, bytes, rate, rejected, the log's warnings, time.
void LogSummary(Log& log, const Summary& summary);

}  // namespace haul
