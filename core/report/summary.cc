#include "core/report/summary.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/base/units.h"

namespace haul {
namespace {

std::string Counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", FormatCount(count), noun, count == 1 ? "" : "s");
}

}  // namespace

void LogSummary(Log& log, const Summary& summary) {
  const double seconds = static_cast<double>(summary.elapsed.count()) / 1000.0;
  const double pace = seconds > 0 ? static_cast<double>(summary.done.bytes) / seconds / 1e6 : 0;
  LogFields fields = {{"documents", summary.done.documents},
                      {"bytes", summary.done.bytes},
                      {"rejected", summary.rejected},
                      {"warnings", log.warnings()},
                      {"seconds", seconds}};
  fields.insert(fields.end(), summary.more.begin(), summary.more.end());
  log.Info(fmt::format("{} {}, {} in {} ({:.1f} MB/s), {} rejected, {}", summary.verb,
                       Counted(summary.done.documents, "document"), FormatBytes(summary.done.bytes),
                       FormatDuration(summary.elapsed), pace, FormatCount(summary.rejected),
                       Counted(log.warnings(), "warning")),
           fields);
}

}  // namespace haul
