#pragma once

#include <chrono>
#include <cstddef>

#include "core/report/log.h"
#include "formats/reject_file.h"
#include "seed/load.h"
#include "seed/options.h"
#include "seed/plan.h"

namespace haul {

/// Says what a run does and did. All must outlive it.
class SeedReport {
 public:
  SeedReport(const SeedOptions& options, const SeedPlan& plan, Log& log)
      : options_(options), plan_(plan), log_(log) {}

  void LogBegin() const;
  /// A line a file.
  void LogCollection(std::size_t collection, const SeedLoad& load) const;
  void LogEnd(const SeedLoad& load, const RejectFile& rejects,
              std::chrono::milliseconds elapsed) const;

 private:
  const SeedOptions& options_;
  const SeedPlan& plan_;
  Log& log_;
};

}  // namespace haul
