#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "core/mongo/oplog_applier.h"
#include "core/pipeline/document_source.h"
#include "core/plan/index_catalog.h"
#include "core/plan/oplog_replay.h"
#include "core/report/log.h"
#include "core/report/progress.h"
#include "restore/index_builds.h"
#include "restore/oplog_transactions.h"
#include "restore/plan.h"

namespace haul {

/// The part of a restore that brings the data from the times at which they were dumped to one time:
/// applies the dump's oplog, selected and renamed as its collections are, and knows which indexes
/// there are in the end. One thread.
class Replay {
 public:
  /// All of it outlives this object.
  struct Context {
    Deployment& deployment;
    const RestorePlan& plan;
    const RestoreOptions& options;
    Progress& progress;
    Log& log;
  };
  /// Error kConflict where two namespaces land on one target.
  explicit Replay(const Context& context);

  /// Applies the entries up to the limit, or until a stop is requested. Errors say up to which time
  /// the data stand: kSourceChanged for an entry that is unknown or unsafe, kCorrupt for what is no
  /// oplog, kFailure where the server refuses an operation.
  void Run(DocumentSource& oplog);

  /// What the collections' indexes are now, as far as they are not there by themselves.
  void AddIndexes(IndexBuilds& builds) const;

  /// False where operations found no collection or index and nothing later explains why.
  [[nodiscard]] bool complete() const { return complete_; }
  /// The data stand as they were then: "1732188345:2 (2024-11-21T11:25:45Z)"; empty before the
  /// first entry. May be called while Run() works.
  [[nodiscard]] std::string Reached() const;

 private:
  /// False: the limit is reached.
  [[nodiscard]] bool Take(ByteView document);
  void Flush();
  [[nodiscard]] Error Explain(const Error& error) const;
  void Report();
  void ReportUnexplained();

  Context context_;
  IndexCatalog catalog_;
  OplogApplier applier_;
  OplogReplay replay_;
  OplogTransactions transactions_;
  CollectionProgress* progress_ = nullptr;
  std::uint64_t entries_ = 0;
  Timestamp taken_;                         // of the last entry that was taken whole
  std::optional<Timestamp> at_;             // of the entry at hand
  std::atomic<std::uint64_t> reached_ = 0;  // seconds and increment of what is acknowledged
  bool limited_ = false;
  bool complete_ = true;
};

/// Finds out, before anything is written, whether the server takes an oplog at all (kUnsupported)
/// and whether the user may apply one to the plan's collections (kDenied).
void CheckReplay(Deployment& deployment, const RestorePlan& plan);

}  // namespace haul
