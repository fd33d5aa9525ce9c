#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/report/log.h"
#include "core/report/progress.h"
#include "formats/reject_file.h"
#include "restore/index_builds.h"
#include "restore/load.h"
#include "restore/options.h"
#include "restore/plan.h"
#include "restore/replay.h"
#include "restore/target.h"

namespace haul {

/// What a restore says of itself: what it is about to do, what it has done, and, where it ended
/// early, what is safe and what to do next. One thread.
class RestoreReport {
 public:
  /// All of it outlives the report.
  struct Context {
    const RestoreOptions& options;
    const RestorePlan& plan;
    Log& log;
    const Progress& progress;
    const RejectFile& rejects;
    const RestoreTarget& target;
    const IndexBuilds& indexes;
    const Load& load;
    const std::optional<Replay>& replay;  ///< nothing: the oplog is not replayed
  };
  explicit RestoreReport(const Context& context) : context_(context) {}

  /// From where to where, and what is replaced.
  void LogBegin() const;
  /// The summary of a run that came to its end.
  void LogEnd(std::chrono::milliseconds elapsed) const;

  /// The error with what was written before it, and what to do.
  [[nodiscard]] Error Explain(const Error& error) const;
  void LogStopped() const;
  /// Index builds that the server goes on with.
  void WarnOfBuilding() const;
  /// Says what becomes of collections that were to be swapped in and are not.
  void WarnOfStanding() const;

 private:
  [[nodiscard]] std::string State() const;
  [[nodiscard]] std::string NotToBeTrusted() const;
  [[nodiscard]] std::string RunAgain() const;

  Context context_;
};

}  // namespace haul
