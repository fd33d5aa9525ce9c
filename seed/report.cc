#include "seed/report.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "core/base/text.h"
#include "core/base/units.h"

namespace haul {
namespace {

using Figures = std::array<std::uint64_t, kSeedFates>;

std::uint64_t Of(const Figures& figures, SeedFate fate) {
  return figures[static_cast<std::size_t>(fate)];
}

Figures FiguresOf(const SeedCounts& counts) {
  Figures figures{};
  for (std::size_t i = 0; i < figures.size(); ++i)
    figures[i] = counts.Of(SeedFate{std::uint8_t(i)});
  return figures;
}

std::string Text(const Figures& figures) {
  return fmt::format(
      "{} created, {} skipped as existing, {} updated, {} rejected",
      FormatCount(Of(figures, SeedFate::kCreated)), FormatCount(Of(figures, SeedFate::kSkipped)),
      FormatCount(Of(figures, SeedFate::kUpdated)), FormatCount(Of(figures, SeedFate::kRejected)));
}

LogFields Fields(const Figures& figures) {
  return {{"created", Of(figures, SeedFate::kCreated)},
          {"skipped", Of(figures, SeedFate::kSkipped)},
          {"updated", Of(figures, SeedFate::kUpdated)},
          {"rejected", Of(figures, SeedFate::kRejected)}};
}

}  // namespace

void SeedReport::LogBegin() const {
  std::uint64_t documents = 0;
  std::size_t files = 0;
  for (const SeedCollection& collection : plan_.collections) {
    documents += collection.Count();
    files += collection.files.size();
  }
  log_.Info(fmt::format("{} {} of {} into {} as {}", options_.dry_run ? "would seed" : "seeding",
                        FormatCount(documents, "document"), FormatCount(files, "file"),
                        options_.connection.display_target,
                        EscapeForDisplay(options_.plan.environment)));
}

void SeedReport::LogCollection(std::size_t collection, const SeedLoad& load) const {
  const SeedCollection& planned = plan_.collections[collection];
  for (std::size_t i = 0; i < planned.files.size(); ++i) {
    const Figures figures = FiguresOf(load.CountsOf(collection, i));
    LogFields fields = Fields(figures);
    fields.push_back({"file", planned.files[i]->shown});
    fields.push_back({"collection", planned.ns.ToString()});
    log_.Info(fmt::format("{} -> {}: {}", EscapeForDisplay(planned.files[i]->shown),
                          Display(planned.ns), Text(figures)),
              std::move(fields));
  }
}

void SeedReport::LogEnd(const SeedLoad& load, const RejectFile& rejects,
                        std::chrono::milliseconds elapsed) const {
  Figures total{};
  for (std::size_t c = 0; c < plan_.collections.size(); ++c) {
    for (std::size_t f = 0; f < plan_.collections[c].files.size(); ++f) {
      const Figures figures = FiguresOf(load.CountsOf(c, f));
      for (std::size_t i = 0; i < total.size(); ++i) total[i] += figures[i];
    }
  }
  if (Of(total, SeedFate::kRejected) > 0 && !options_.dry_run) {
    log_.Warn(
        fmt::format("{} rejected, listed in {}",
                    FormatCount(Of(total, SeedFate::kRejected), "document was", "documents were"),
                    EscapeForDisplay(rejects.path().native())));
  }
  LogFields fields = Fields(total);
  fields.push_back({"seconds", static_cast<double>(elapsed.count()) / 1000.0});
  const bool changed = Of(total, SeedFate::kCreated) + Of(total, SeedFate::kUpdated) > 0;
  const std::string first = options_.dry_run ? "nothing was touched; it would be"
                            : changed        ? "seeded"
                                             : "nothing changed";
  log_.Info(fmt::format("{}: {} in {}", first, Text(total), FormatDuration(elapsed)),
            std::move(fields));
}

}  // namespace haul
