#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bson/key_fields.h"
#include "core/cli/run_tool.h"
#include "core/mongo/collection_writer.h"
#include "core/mongo/deployment.h"
#include "core/mongo/keyed_writer.h"
#include "core/report/progress.h"
#include "formats/reject_file.h"
#include "tools/import/feed.h"
#include "tools/import/input.h"
#include "tools/import/lanes.h"
#include "tools/import/options.h"
#include "tools/import/plan.h"
#include "tools/import/rejects.h"
#include "tools/import/shaping.h"

namespace haul {

/// What became of the records of an input.
struct ImportTotals {
  std::uint64_t read = 0;
  std::uint64_t inserted = 0;
  std::uint64_t present = 0;  ///< were there already, and equal
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  std::uint64_t skipped = 0;  ///< the key was there (--skipExisting), or was not (delete)
  std::uint64_t filtered = 0;
  std::uint64_t rejected = 0;

  [[nodiscard]] std::uint64_t Sum() const {
    return inserted + present + updated + deleted + skipped + filtered + rejected;
  }
  [[nodiscard]] std::uint64_t Done() const { return inserted + present + updated + deleted; }
  void Add(const ImportTotals& other);
};

/// What the imports of a run share; all of it outlives them.
struct ImportContext {
  const ImportOptions& options;
  const Invocation& invocation;
  const ShapingFactory& shapings;
  RejectFile& rejects;
  Progress& progress;
  Deployment* deployment = nullptr;  ///< null: a dry run
};

/// One input on its way into its collection.
class CollectionImport {
 public:
  CollectionImport(const ImportContext& context, const ImportTask& task);
  ~CollectionImport();
  CollectionImport(const CollectionImport&) = delete;
  CollectionImport& operator=(const CollectionImport&) = delete;

  /// Reads the header and the first block, and touches nothing. Error kCorrupt where the collection
  /// is to be dropped for an input that begins with nothing that can be used.
  void Open();
  /// Drops the collection, or creates the one of an export.
  void Prepare();
  /// One worker: works until nothing is left or a stop was requested. Throws the first error.
  void Work();
  /// After all workers: throws what was wrong with the input behind what was written, and where the
  /// numbers do not close. Builds the indexes of an export; answers how many cannot be built.
  [[nodiscard]] std::size_t Finish();

  [[nodiscard]] ImportTotals totals() const;
  [[nodiscard]] const ImportTask& task() const { return task_; }

 private:
  /// What one worker has.
  struct Hand;

  void InsertAll(Hand& hand);
  void WriteLanes(Hand& hand);
  /// Reads, parses and shapes one block into `hand.shaped`. False at the end.
  [[nodiscard]] bool ReadBlock(Hand& hand, std::uint64_t& number);
  void RejectBad(const ParsedBlock& parsed);
  /// Where that is asked for, nothing behind the first bad record is used.
  void CutAtBad(ParsedBlock& parsed);
  /// The documents by their lane; those without a key are inserted by the same worker.
  [[nodiscard]] std::vector<LinedBatch> SortByKey(Hand& hand);
  void Insert(Hand& hand, const LinedBatch& documents);
  void Advance(std::uint64_t documents);
  [[nodiscard]] RejectReport ReportFor(Hand& hand);
  /// Which documents --skipExisting would skip, so that they need not be hashed before.
  [[nodiscard]] std::vector<bool> Known(const Client& client, const Batch& documents) const;
  [[nodiscard]] bool LooksFirst() const;
  [[nodiscard]] std::size_t LanesFor() const;
  void WarnOfMissingIndex() const;
  [[nodiscard]] std::size_t BuildIndexes();

  const ImportContext& context_;
  const ImportTask& task_;
  const ImportOptions& options_;
  Shaping shaping_;
  ImportRejects rejects_;
  CollectionProgress& progress_;
  std::optional<KeyFields> key_;
  ImportInput input_;
  RecordFeed feed_;
  std::optional<KeyLanes> lanes_;
  std::atomic<std::uint64_t> read_{0};
  std::atomic<std::uint64_t> filtered_{0};
  std::atomic<std::uint64_t> known_{0};     ///< skipped before they were sent
  std::atomic<std::uint64_t> unusable_{0};  ///< rejected before they were sent
  std::atomic<std::uint64_t> advanced_{0};  ///< bytes that the progress knows of
  WriteCounts inserts_;
  KeyedCounts keyed_;
};

}  // namespace haul
