#pragma once

#include <chrono>
#include <cstddef>

#include "core/base/error.h"
#include "core/report/log.h"
#include "core/report/progress.h"
#include "formats/reject_file.h"
#include "tools/import/collection_import.h"
#include "tools/import/options.h"
#include "tools/import/plan.h"

namespace haul {

/// What an import says of itself. One thread.
class ImportReport {
 public:
  /// All of it outlives the report.
  struct Context {
    const ImportOptions& options;
    const ImportPlan& plan;
    Log& log;
    const Progress& progress;
    const RejectFile& rejects;
    const ImportTotals& totals;  ///< of what is finished
  };
  explicit ImportReport(const Context& context) : context_(context) {}

  /// From where to where.
  void LogBegin() const;
  /// The summary of a run that came to its end.
  void LogEnd(std::chrono::milliseconds elapsed) const;
  /// The error with what was written before it, and what to do.
  [[nodiscard]] Error Explain(const Error& error) const;
  void LogStopped() const;
  /// What a dry run found out, for stdout.
  [[nodiscard]] std::string PlanText() const;

 private:
  [[nodiscard]] std::string Counts() const;
  [[nodiscard]] std::string RunAgain() const;

  Context context_;
};

}  // namespace haul
