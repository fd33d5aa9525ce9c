#pragma once

#include <memory>
#include <string>

#include "dump/options.h"
#include "dump/plan.h"
#include "formats/collection_output.h"
#include "formats/manifest.h"

namespace haul {

/// Where a dump goes as a whole. Thread-safe but for Commit().
class DumpOutput {
 public:
  DumpOutput() = default;
  DumpOutput(const DumpOutput&) = delete;
  DumpOutput& operator=(const DumpOutput&) = delete;
  virtual ~DumpOutput() = default;

  /// Once for every collection of the plan, before the first documents: options and indexes; of a
  /// view this is all there is.
  virtual void WriteDefinition(const PlannedCollection& planned) = 0;
  /// Once for every collection with documents, when the first worker comes to it; the output stays
  /// owner.
  [[nodiscard]] virtual CollectionOutput& Open(const PlannedCollection& planned) = 0;
  /// The oplog of the time that the dump takes; only where the options ask for it. It may be
  /// written all along; where its place is at the end, the output keeps it on the disk until then.
  /// Finished after every collection.
  [[nodiscard]] virtual CollectionOutput& OpenOplog() = 0;
  /// When everything is finished: only now the dump counts.
  virtual void Commit(ManifestPart part) = 0;

  /// Of a dump that ended early: what it left, and what to do before the next one.
  struct Leftover {
    std::string safe;
    std::string next;
  };
  [[nodiscard]] virtual Leftover Unfinished() const = 0;
};

/// Opens what the options name. Nothing is created before everything that can be checked is.
/// `part` tells what is known at the start. Errors as DumpWriter::Create.
[[nodiscard]] std::unique_ptr<DumpOutput> OpenDumpOutput(const DumpOptions& options,
                                                         const DumpPlan& plan,
                                                         const ManifestPart& part);

}  // namespace haul
