#include "core/report/summary.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/base/units.h"

namespace haul {
namespace {

// What scripts look for in the output of mongodump and mongorestore.
std::string MongoToolsName(const std::string& ns) {
  return ns.find('`') == std::string::npos ? fmt::format("`{}`", ns) : fmt::format("\"{}\"", ns);
}

}  // namespace

void LogCollectionDone(Log& log, const CollectionDone& collection) {
  const std::uint64_t documents = collection.done.documents;
  if (log.format() != LogFormat::kMongoTools) {
    log.Verbose(fmt::format("{} {}: {}, {}", collection.verb, collection.ns,
                            FormatCount(documents, "document"),
                            FormatBytes(collection.done.bytes)));
  } else if (collection.rejected) {
    log.Info(fmt::format("finished restoring {} ({} document{}, {} failure{})",
                         MongoToolsName(collection.ns), documents, documents == 1 ? "" : "s",
                         *collection.rejected, *collection.rejected == 1 ? "" : "s"));
  } else {
    log.Info(fmt::format("done dumping {} ({} document{})", MongoToolsName(collection.ns),
                         documents, documents == 1 ? "" : "s"));
  }
}

void LogSummary(Log& log, const Summary& summary) {
  const bool restored = summary.verb == "restored";
  if (log.format() == LogFormat::kMongoTools && (restored || summary.verb == "imported")) {
    log.Info(fmt::format("{} document(s) {} successfully. {} document(s) failed to {}.",
                         summary.done.documents, summary.verb, summary.rejected,
                         restored ? "restore" : "import"));
    return;
  }
  const double seconds = static_cast<double>(summary.elapsed.count()) / 1000.0;
  const double pace = seconds > 0 ? static_cast<double>(summary.done.bytes) / seconds / 1e6 : 0;
  LogFields fields = {{"documents", summary.done.documents},
                      {"bytes", summary.done.bytes},
                      {"rejected", summary.rejected},
                      {"warnings", log.warnings()},
                      {"seconds", seconds}};
  fields.insert(fields.end(), summary.more.begin(), summary.more.end());
  log.Info(fmt::format("{} {}, {} in {} ({:.1f} MB/s), {} rejected, {}", summary.verb,
                       FormatCount(summary.done.documents, "document"),
                       FormatBytes(summary.done.bytes), FormatDuration(summary.elapsed), pace,
                       FormatCount(summary.rejected), FormatCount(log.warnings(), "warning")),
           fields);
}

}  // namespace haul
