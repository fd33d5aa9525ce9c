#include "core/report/summary.h"

#include <fmt/format.h>

#include "core/base/units.h"

namespace haul {

void LogSummary(Log& log, const Summary& summary) {
  const double seconds = static_cast<double>(summary.elapsed.count()) / 1000.0;
  const double pace = seconds > 0 ? static_cast<double>(summary.done.bytes) / seconds / 1e6 : 0;
  LogFields fields = {{"documents", summary.done.documents},
                      {"bytes", summary.done.bytes},
                      {"rejected", summary.rejected},
                      {"warnings", log.warnings()},
                      {"seconds", seconds}};
  fields.insert(fields.end(), summary.more.begin(), summary.more.end());
  log.Info(fmt::format("{} {} documents, {} in {} ({:.1f} MB/s), {} rejected, {} warnings",
                       summary.verb, FormatCount(summary.done.documents),
                       FormatBytes(summary.done.bytes), FormatDuration(summary.elapsed), pace,
                       FormatCount(summary.rejected), FormatCount(log.warnings())),
           fields);
}

}  // namespace haul
