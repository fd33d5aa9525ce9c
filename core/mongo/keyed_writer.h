#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "core/bson/key_fields.h"
#include "core/mongo/delivery.h"
#include "core/mongo/deployment.h"
#include "core/mongo/keyed_command.h"
#include "core/mongo/refusals.h"
#include "core/pipeline/document_sink.h"
#include "core/plan/namespace.h"

namespace haul {

/// What became of the documents for one collection. Its writers add, anybody may read.
struct KeyedCounts {
  std::atomic<std::uint64_t> inserted{0};
  std::atomic<std::uint64_t> present{0};  ///< a document with the key was there and is as it was
  /// One was there, and it was changed. A replacement without an `_id` always counts here: the
  /// server takes it for another document.
  std::atomic<std::uint64_t> updated{0};
  std::atomic<std::uint64_t> deleted{0};
  std::atomic<std::uint64_t> absent{0};  ///< nothing was there to be deleted
  std::atomic<std::uint64_t> rejected{0};

  [[nodiscard]] std::uint64_t Sum() const {
    return inserted + present + updated + deleted + absent + rejected;
  }
};

enum class KeyedOutcome : std::uint8_t {
  kInserted,
  kFound,  ///< a document with the key was there: left alone, replaced or merged, as the mode says
};

/// Writes documents into one collection by a key: see KeyedMode. One thread; several writers may
/// feed one collection. Write() returns when the server has acknowledged the batch with the write
/// concern, and what it wrote for one key it wrote in the order of the batch.
///
/// - Each document is one statement that looks and writes at once, so two runs at once do no harm
///   where a unique index guards the key: of two that insert, one finds the other's.
/// - A document is stored exactly as it is; field names with '$' or dots are names, not operators.
/// - A document without a part of the key (absent, null or undefined) is a reject.
/// - What the server refuses of one document is a reject with its code and reason: another unique
///   index (11000), a validator (121), another `_id` than the stored one (66).
/// - A lost connection or a step-down: sent again until retry_for is over, in halves where the
///   connection broke. What had arrived then counts as present or absent. Where several documents
///   have one key, a deletion whose answer was lost may delete a second one.
/// - A failed write concern is an error: what was written is not known to be safe.
class KeyedWriter final : public DocumentSink {
 public:
  struct Options {
    Namespace ns;
    KeyedMode mode = KeyedMode::kInsertIfAbsent;
    Document write_concern;  ///< {} = the server's default
    bool ordered = false;    ///< in the order of the batch, one after another
    bool bypass_validation = false;
    bool stop_on_reject = false;  ///< throw kRejected after the first reject
    RejectReport on_reject;
    /// Called for each document that was written or found, with its index in the batch; not for
    /// deletions, of which the server tells only the number.
    std::function<void(std::size_t index, KeyedOutcome outcome)> on_outcome;
  };

  /// All must outlive the writer. `client` is the thread's.
  KeyedWriter(const Deployment& deployment, const Client& client, const KeyFields& key,
              KeyedCounts& counts, Options options);

  void Write(const Batch& batch) override;
  /// Nothing is held back, so there is nothing to do.
  void Finish() override {}

 private:
  void WriteChunk(const Batch& batch, std::uint32_t begin, std::uint32_t end);
  /// Documents without their key are rejected, the others are sorted into runs that hold each key
  /// once: what is sent again cannot overtake a later document of its key.
  [[nodiscard]] std::vector<BatchIndices> Runs(const Batch& batch, std::uint32_t begin,
                                               std::uint32_t end);
  void Deliver(const Batch& batch, BatchIndices indices);
  void Settle(const Batch& batch, const BatchIndices& sent, const WriteReply& reply);
  void Count(const BatchIndices& sent, std::size_t tried, const WriteReply& reply);
  /// True where the document is to be sent again.
  [[nodiscard]] bool HandleWriteError(const Batch& batch, std::uint32_t index, WriteError error);
  /// True where the document may have lost a race against another that was just inserted.
  [[nodiscard]] bool MayBeThereNow(std::uint32_t index, const WriteError& error);
  void HandleFailure(const Batch& batch, BatchIndices sent, const CommandResult& result);

  const KeyFields& key_;
  KeyedCounts& counts_;
  Options options_;
  KeyedCommand command_;
  Delivery delivery_;
  Refusals refusals_;
  std::vector<Element> values_;
  std::unordered_map<std::uint32_t, int> conflicts_;  ///< of a document of the batch at work
};

}  // namespace haul
