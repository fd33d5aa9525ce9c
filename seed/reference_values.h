#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "core/mongo/deployment.h"
#include "seed/plan.h"

namespace haul {

/// What the references of a run stand for, known bit by bit: those into the database before
/// anything is written, the others when the document that they point to is there. Thread-safe, but
/// for values(): a document's own are only read after they are known.
class ReferenceTable {
 public:
  explicit ReferenceTable(const SeedPlan& plan);

  /// Looks up those that point to no document of the run. Error kUsage where there is none or
  /// several.
  void FindInDatabase(const Deployment& deployment, const Client& client,
                      const std::string& database);

  /// A document of the run has come to its end. `stored` is what the database has of it; empty:
  /// nothing, it was rejected.
  void Settle(const ReferenceTarget& document, ByteView stored);
  [[nodiscard]] bool IsTarget(const ReferenceTarget& document) const;
  /// Why a document with these references cannot be made; empty: it can.
  [[nodiscard]] std::string Problem(const std::vector<std::size_t>& references) const;
  [[nodiscard]] const ReferenceValues& values() const { return values_; }

 private:
  using Key = std::tuple<std::size_t, std::size_t, std::size_t, std::uint64_t>;
  static Key KeyOf(const ReferenceTarget& document) {
    return {document.collection, document.file, document.document, document.copy};
  }

  const SeedPlan& plan_;
  std::multimap<Key, std::size_t> by_target_;
  mutable std::mutex mutex_;
  ReferenceValues values_;
  std::vector<std::string> problems_;  ///< of each reference; empty: none is known
};

}  // namespace haul
