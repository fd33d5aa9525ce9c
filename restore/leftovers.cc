#include "restore/leftovers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/plan/beside_name.h"
#include "restore/run_name.h"

namespace haul {

Leftovers::Leftovers(const Placements::Existing& existing,
                     const std::vector<const PlannedCollection*>& planned) {
  for (const auto& [ns, spec] : existing) {
    std::optional<std::string> run = RunOfBesideName(ns.collection);
    if (!run) continue;
    const bool is_target =
        std::any_of(planned.begin(), planned.end(),
                    [&, &name = ns](const PlannedCollection* p) { return p->spec.ns == name; });
    const bool removable = !is_target && IsDeadRunOfThisMachine(*run);
    found_.push_back({.ns = ns, .run = std::move(*run), .removable = removable});
  }
}

void Leftovers::Report(Log& log, bool removes) const {
  for (const Leftover& leftover : found_) {
    const std::string name = Display(leftover.ns);
    const std::string began = FormatIsoTime(BeginOfRun(leftover.run));
    if (leftover.removable && removes) {
      log.Info(
          fmt::format("{} was left by a restore that began {} on this machine and was killed: "
                      "it will be dropped",
                      name, began));
    } else if (leftover.removable) {
      log.Warn(
          fmt::format("{} was left by a restore that began {} on this machine and was killed: "
                      "--drop removes it",
                      name, began));
    } else {
      log.Warn(
          fmt::format("{} belongs to a restore with --drop that began {}: if that is not "
                      "going on any more, drop it",
                      name, began));
    }
  }
}

void Leftovers::Remove(CatalogWriter& catalog, const Document& write_concern) const {
  for (const Leftover& leftover : found_) {
    if (leftover.removable) catalog.Drop(leftover.ns, write_concern);
  }
}

}  // namespace haul
