#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/bson/key_fields.h"
#include "core/mongo/deployment.h"
#include "core/pipeline/batch.h"
#include "core/report/log.h"
#include "core/report/progress.h"
#include "formats/reject_file.h"
#include "seed/known_keys.h"
#include "seed/options.h"
#include "seed/plan.h"
#include "seed/prepared_writes.h"
#include "seed/reference_values.h"
#include "seed/shaping.h"
#include "seed/target.h"

namespace haul {

/// What became of a document.
enum class SeedFate : std::uint8_t { kCreated, kSkipped, kUpdated, kRejected };
inline constexpr std::size_t kSeedFates = 4;

/// Of one file. Workers add.
class SeedCounts {
 public:
  void Add(SeedFate fate) { ++counts_[static_cast<std::size_t>(fate)]; }
  [[nodiscard]] std::uint64_t Of(SeedFate fate) const {
    return counts_[static_cast<std::size_t>(fate)];
  }

 private:
  std::array<std::atomic<std::uint64_t>, kSeedFates> counts_{};
};

/// What all writers of a run share; outlives them.
struct SeedContext {
  Deployment& deployment;
  const SeedPlan& plan;
  const SeedOptions& options;
  const SeedRun& run;
  const SeedTarget& target;
  ReferenceTable& references;
  RejectFile& rejects;
  Log& log;
  PreparedWrites* prepared = nullptr;  ///< of a transaction: nothing is written, it is put here
};

/// Writes documents of one file: a worker's. What is there already is found first, so that only
/// what is missing is hashed. One thread.
class SeedFileWriter {
 public:
  struct Place {
    std::size_t collection = 0;
    std::size_t file = 0;
    SeedCounts& counts;
    KnownKeys& keys;               ///< of the file, shared by its workers
    CollectionProgress& progress;  ///< of the collection
  };
  SeedFileWriter(const SeedContext& context, const Client& client, Place place);

  /// Takes all of them or throws Error; what cannot be written is counted and listed.
  void Write(const std::vector<SeedItem>& items);

 private:
  using Indices = std::vector<std::size_t>;  ///< of documents of the batch

  void Flush();
  /// Puts it into the batch, unless it is rejected.
  void Evaluate(const SeedItem& item);
  [[nodiscard]] bool HasFreshKey(const SeedItem& item, ByteView document);
  void AddMissing(const Indices& missing);
  /// Completed documents, and which ones of the batch they are.
  struct Completed {
    Batch batch;
    Indices indices;
  };
  void Insert(const Indices& missing, bool fresh_ids);
  [[nodiscard]] Completed Complete(const Indices& missing, bool fresh_ids);
  /// By plain inserts: some unique index, be it that on _id, refuses what is there.
  void InsertGuarded(const Completed& completed);
  /// By upserts that look for the key; those whose _id another key has are answered.
  [[nodiscard]] Indices InsertIfAbsent(const Completed& completed);
  void HandleInserted(std::size_t index, ByteView document);
  /// What was found when it was to be inserted: by another run, or by this one before its answer
  /// was lost. False where there is no document with its key.
  [[nodiscard]] bool HandleFound(std::size_t index, ByteView document);
  void HandleExisting(std::size_t index, ByteView stored);
  void WriteChanges();
  [[nodiscard]] bool HasTakenId(std::size_t index, const std::string& reason) const;
  [[nodiscard]] ObjectIdBytes IdOf(std::size_t index, bool fresh) const;
  /// The document has come to its end: `stored` is what the database has of it, empty for a reject.
  void Settle(const SeedItem& item, SeedFate fate, ByteView stored);
  void SettleReferences(const SeedItem& item, ByteView stored);
  void Account(const SeedItem& item, SeedFate fate, ByteView stored);
  void Reject(const SeedItem& item, ByteView document, std::string reason, int code);

  const SeedContext& context_;
  const Client& client_;
  const Place place_;
  const SeedCollection& collection_;
  const SeedFile& file_;
  const Shaping shaping_;
  const KeyFields key_;  ///< of the file, or _id
  const bool guarded_;
  const bool looks_first_;
  std::vector<SeedItem> items_;  ///< of the batch
  Batch batch_;                  ///< as the file has them
  std::vector<std::size_t> changed_;
  Batch changes_;
  ByteBuffer document_;
  std::vector<Element> values_;
};

}  // namespace haul
