#pragma once

#include <vector>

#include "core/mongo/catalog_writer.h"
#include "core/report/log.h"
#include "restore/placement.h"

namespace haul {

/// Collections beside their targets that another run of haul-restore --drop made: one that was
/// killed, or that is going on.
class Leftovers {
 public:
  Leftovers() = default;
  /// Looks for them among `existing`. Only those are `removable` whose run was on this machine and
  /// is dead, and that nothing of `planned` goes to.
  Leftovers(const Placements::Existing& existing,
            const std::vector<const PlannedCollection*>& planned);

  /// A line for each: that it will be removed (where `removes`), or how to.
  void Report(Log& log, bool removes) const;
  /// Drops the removable ones.
  void Remove(CatalogWriter& catalog, const Document& write_concern) const;

 private:
  struct Leftover {
    Namespace ns;
    std::string run;
    bool removable = false;
  };
  std::vector<Leftover> found_;
};

}  // namespace haul
