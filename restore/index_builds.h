#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/mongo/catalog_writer.h"
#include "core/report/log.h"
#include "core/report/progress.h"

namespace haul {

/// The indexes of one collection that are to be built.
struct IndexTask {
  Namespace ns;                   ///< where
  std::vector<Document> indexes;  ///< as createIndexes takes them (RewriteIndexes)
  Namespace shown;                ///< what messages call it; empty = `ns`
};

/// Builds the indexes of collections: all of a collection in one command, each collection by the
/// worker that calls. An index that cannot be built is counted and said, the others of its
/// collection are built all the same. Thread-safe.
class IndexBuilds {
 public:
  /// All of it outlives this object.
  struct Context {
    Deployment& deployment;
    const Document& write_concern;
    Progress& progress;
    Log& log;
    bool convert_legacy = false;  ///< --convertLegacyIndexes is on: no need to propose it
    bool stop_on_error = false;   ///< throw kRejected after the first index that cannot be built
  };
  explicit IndexBuilds(const Context& context) : context_(context) {}

  /// Returns when they are built, or listed as failed. Throws Error where the server cannot be
  /// asked.
  void Build(const IndexTask& task);

  /// Keeps a task for Work().
  void Add(IndexTask task);
  /// One worker: builds what was added, until nothing is left or a stop was requested.
  void Work();

  /// Indexes that could not be built.
  [[nodiscard]] std::size_t failed() const;
  /// Indexes that were built; those that were there already are not counted.
  [[nodiscard]] std::size_t built() const;
  /// Where a build has begun and not ended: the server goes on with it.
  [[nodiscard]] std::vector<Namespace> building() const;

 private:
  class Mark;

  void Report(const CatalogWriter::IndexOutcome& outcome, const std::string& name);

  Context context_;
  mutable std::mutex mutex_;
  std::deque<IndexTask> tasks_;
  std::multiset<Namespace> building_;
  std::size_t failed_ = 0;
  std::size_t built_ = 0;
};

}  // namespace haul
