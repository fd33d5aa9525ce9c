#include "restore/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/summary.h"

namespace haul {

void RestoreReport::LogBegin() const {
  const std::uint64_t bytes = context_.plan.Bytes();
  const std::string size = bytes == 0 ? std::string() : fmt::format(" ({})", FormatBytes(bytes));
  context_.log.Info(fmt::format(
      "restoring {}{} from {} to {}",
      FormatCount(context_.plan.All().size(), "collection or view", "collections and views"), size,
      context_.plan.input->Name(), context_.options.connection.display_target));
  const Placements& placements = context_.target.placements();
  if (const std::size_t swaps = placements.Count(Placement::Way::kSwap); swaps > 0) {
    context_.log.Info(fmt::format(
        "{} of them replace collections, which stay until the whole dump is in", swaps));
  }
  for (const std::string& line : placements.DropsFirst()) context_.log.Info(line);
}

std::string RestoreReport::RunAgain() const {
  if (context_.replay && !context_.replay->Reached().empty()) {
    return fmt::format("run the restore again with --drop, because the oplog was applied up to {}",
                       context_.replay->Reached());
  }
  const auto is_time_series = [](const PlannedCollection& planned) {
    return planned.spec.type == CollectionType::kTimeSeries;
  };
  if (context_.options.drop) return "run the same restore again";
  if (std::any_of(context_.plan.collections.begin(), context_.plan.collections.end(),
                  is_time_series)) {
    return "run the restore again with --drop, because it holds time-series collections";
  }
  return "run the restore again: documents that are there already are recognised";
}

std::string RestoreReport::State() const {
  std::string state =
      fmt::format("{} documents were acknowledged, {} of {} collections are complete {}",
                  FormatCount(context_.load.totals().inserted), context_.load.finished(),
                  context_.plan.collections.size(),
                  context_.replay ? "but for the indexes, which come last" : "with their indexes");
  const std::size_t swaps = context_.target.placements().Count(Placement::Way::kSwap);
  if (swaps == 0) return state;
  const std::size_t done = context_.target.swaps().done();
  return fmt::format("{}; of {} collections to replace {} replaced, the others are as they were",
                     state, swaps, done == 0 ? "none was" : fmt::format("{} were", done));
}

// What was written of a damaged dump, and where.
std::string RestoreReport::NotToBeTrusted() const {
  constexpr std::size_t kShown = 5;
  std::vector<Namespace> targets = context_.load.Unfinished();
  std::erase_if(targets, [this](const Namespace& target) {
    return context_.target.placements().At(target).way == Placement::Way::kSwap;
  });
  if (targets.empty()) return {};
  std::string names;
  for (std::size_t i = 0; i < std::min(kShown, targets.size()); ++i) {
    names += (i == 0 ? "" : ", ") + Display(targets[i]);
  }
  if (targets.size() > kShown) names += fmt::format(" and {} more", targets.size() - kShown);
  return fmt::format("; do not trust what is in {}", names);
}

Error RestoreReport::Explain(const Error& error) const {
  if (error.code() == ExitCode::kCorrupt) {
    const std::string hint = "take another copy of the dump and restore it with --drop";
    return {error.code(), fmt::format("{}; {}{}", error.message(), State(), NotToBeTrusted()),
            error.hint().empty() ? hint : error.hint() + "; then " + hint};
  }
  return {error.code(), fmt::format("{}; {}", error.message(), State()),
          error.hint().empty() ? RunAgain() : error.hint() + "; then " + RunAgain()};
}

void RestoreReport::LogStopped() const {
  context_.log.Warn(fmt::format("stopped by a signal: {}; {}", State(), RunAgain()));
}

void RestoreReport::WarnOfBuilding() const {
  for (const Namespace& ns : context_.indexes.building()) {
    if (context_.target.swaps().IsRemoved(ns)) continue;
    context_.log.Warn(fmt::format("the server goes on building the indexes of {}", Display(ns)));
  }
}

void RestoreReport::WarnOfStanding() const {
  for (const Namespace& beside : context_.target.swaps().Standing()) {
    context_.log.Warn(
        fmt::format("{} is left over and could not be dropped: it holds nothing that the dump does "
                    "not hold; drop it, or run the restore again with --drop on this machine",
                    Display(beside)));
  }
}

void RestoreReport::LogEnd(std::chrono::milliseconds elapsed) const {
  const Load::Totals totals = context_.load.totals();
  if (totals.present > 0) {
    context_.log.Info(fmt::format("{} documents were present already, byte for byte",
                                  FormatCount(totals.present)));
  }
  if (totals.rejected > 0) {
    context_.log.Warn(fmt::format("{} documents were rejected and are in {}",
                                  FormatCount(totals.rejected), context_.rejects.path().string()));
  }
  LogSummary(context_.log, {.verb = "restored",
                            .done = {.documents = totals.inserted + totals.present,
                                     .bytes = context_.progress.done().bytes},
                            .rejected = totals.rejected,
                            .elapsed = elapsed,
                            .more = {{"inserted", totals.inserted},
                                     {"present", totals.present},
                                     {"failedIndexes", std::uint64_t{context_.indexes.failed()}}}});
}

}  // namespace haul
