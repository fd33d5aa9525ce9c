#include "tools/import/report.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/summary.h"

namespace haul {
namespace {

std::string Joined(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    joined += (joined.empty() ? "" : ",") + EscapeForDisplay(name);
  }
  return joined;
}

std::string ModeText(const WriteMode& mode) {
  if (!mode.keyed) return "insert";
  constexpr std::array<const char*, 4> kNames{"insert where absent by", "upsert by", "merge by",
                                              "delete by"};
  return fmt::format("{} {}", kNames.at(static_cast<std::size_t>(*mode.keyed)), Joined(mode.key));
}

}  // namespace

void ImportReport::LogBegin() const {
  const auto& tasks = context_.plan.tasks;
  const std::string target = context_.options.connection.display_target;
  if (tasks.size() != 1) {
    return context_.log.Info(fmt::format("importing {} from {} to {}",
                                         FormatCount(tasks.size(), "collection"),
                                         EscapeForDisplay(context_.options.path), target));
  }
  const std::uint64_t bytes = tasks.front().bytes;
  context_.log.Info(fmt::format("importing {}{} into {} of {}: {}", tasks.front().name,
                                bytes == 0 ? "" : fmt::format(" ({})", FormatBytes(bytes)),
                                Display(tasks.front().target), target,
                                ModeText(context_.options.mode)));
}

std::string ImportReport::Counts() const {
  const ImportTotals& totals = context_.totals;
  std::string text = fmt::format("{} read", FormatCount(totals.read));
  for (const auto& [count, what] :
       {std::pair{totals.inserted, "inserted"}, std::pair{totals.present, "present already"},
        std::pair{totals.updated, "updated"}, std::pair{totals.deleted, "deleted"},
        std::pair{totals.skipped, "skipped"}, std::pair{totals.filtered, "left out by a transform"},
        std::pair{totals.rejected, "rejected"}}) {
    if (count > 0) text += fmt::format(", {} {}", FormatCount(count), what);
  }
  if (totals.read > totals.Sum()) {
    text += fmt::format(", {} not written", FormatCount(totals.read - totals.Sum()));
  }
  return text;
}

std::string ImportReport::RunAgain() const {
  if (!context_.options.mode.keyed) {
    return "run it again: documents with an _id that are there already are recognised, those "
           "without one would be there twice";
  }
  return "run it again";
}

Error ImportReport::Explain(const Error& error) const {
  const std::string message = fmt::format("{}; {}", error.message(), Counts());
  if (error.code() == ExitCode::kCorrupt || error.code() == ExitCode::kRejected) {
    return {error.code(), message, error.hint()};
  }
  return {error.code(), message,
          error.hint().empty() ? RunAgain() : error.hint() + "; then " + RunAgain()};
}

void ImportReport::LogStopped() const {
  context_.log.Warn(fmt::format("stopped by a signal: {}; {}", Counts(), RunAgain()));
}

void ImportReport::LogEnd(std::chrono::milliseconds elapsed) const {
  const ImportTotals& totals = context_.totals;
  context_.log.Info(Counts());
  if (totals.rejected > 0) {
    context_.log.Warn(fmt::format("{} rejected: see {}",
                                  FormatCount(totals.rejected, "record was", "records were"),
                                  EscapeForDisplay(context_.rejects.path().string())));
  }
  LogSummary(context_.log, {.verb = "imported",
                            .done = {.documents = totals.inserted + totals.present +
                                                  totals.updated + totals.deleted,
                                     .bytes = context_.progress.done().bytes},
                            .rejected = totals.rejected,
                            .elapsed = elapsed,
                            .more = {{"read", totals.read},
                                     {"inserted", totals.inserted},
                                     {"present", totals.present},
                                     {"updated", totals.updated},
                                     {"deleted", totals.deleted},
                                     {"skipped", totals.skipped},
                                     {"filtered", totals.filtered}}});
}

std::string ImportReport::PlanText() const {
  std::string text;
  for (const ImportTask& task : context_.plan.tasks) {
    text +=
        fmt::format("{} -> {}: {}{}\n", task.name, Display(task.target),
                    context_.options.drop ? "drop, then " : "", ModeText(context_.options.mode));
  }
  for (const CollectionSpec& view : context_.plan.views) {
    text += fmt::format("view {}\n", Display(view.ns));
  }
  const ImportTotals& totals = context_.totals;
  return text + fmt::format("{} read, {} good, {} left out by a transform, {} rejected\n",
                            FormatCount(totals.read, "record"),
                            FormatCount(totals.read - totals.rejected - totals.filtered),
                            FormatCount(totals.filtered), FormatCount(totals.rejected));
}

}  // namespace haul
