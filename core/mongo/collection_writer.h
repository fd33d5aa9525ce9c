#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mongo/delivery.h"
#include "core/mongo/deployment.h"
#include "core/mongo/refusals.h"
#include "core/mongo/write_command.h"
#include "core/pipeline/document_sink.h"
#include "core/plan/namespace.h"

namespace haul {

/// What became of the documents for one collection. Its writers add, anybody may read.
struct WriteCounts {
  std::atomic<std::uint64_t> inserted{0};
  std::atomic<std::uint64_t> present{0};  ///< were there already, byte for byte
  std::atomic<std::uint64_t> rejected{0};

  [[nodiscard]] std::uint64_t Sum() const { return inserted + present + rejected; }
};

/// Writes documents into one collection of a server. One thread; several writers may feed one
/// collection. Write() returns when the server has acknowledged the batch with the write concern.
///
/// - A document with a top-level Timestamp(0,0) is stored as it is, or rejected: never changed.
/// - A duplicate key is compared: the same bytes count as present, anything else is a reject.
/// Without
///   the right to read it is a reject, "not compared".
/// - A lost connection or a step-down: the documents are sent again until retry_for is over, in
/// halves
///   where the connection broke; those that had arrived are recognised by their bytes.
/// - A failed write concern is an error: what was written is not known to be safe.
class CollectionWriter final : public DocumentSink {
 public:
  struct Options {
    Namespace ns;  ///< where the documents go; system.buckets.X of a time-series collection
    Document write_concern;  ///< {} = the server's default
    bool ordered = false;    ///< in the order of the batch, one after another
    bool bypass_validation = false;
    bool stop_on_reject = false;  ///< throw kRejected after the first reject
    RejectReport on_reject;
    /// Called with the index in the batch of each document that was there already.
    std::function<void(std::size_t index)> on_present = {};
  };

  /// All must outlive the writer. `client` is the thread's: one connection for all collections that
  /// it writes into.
  CollectionWriter(Deployment& deployment, const Client& client, WriteCounts& counts,
                   Options options);

  void Write(const Batch& batch) override;
  /// Nothing is held back, so there is nothing to do.
  void Finish() override {}

 private:
  using Kind = WriteCommand::Kind;
  using Indices = BatchIndices;  ///< documents of the batch at work

  /// How a document is sent; nothing where it was rejected.
  [[nodiscard]] std::optional<Kind> KindFor(const Batch& batch, std::uint32_t index);
  void WriteChunk(const Batch& batch, std::uint32_t begin, std::uint32_t end);
  void Deliver(Kind kind, const Batch& batch, Indices indices);
  void Settle(const Batch& batch, const Indices& sent, const WriteReply& reply);
  /// Counts those that are there already and answers the others, in their order.
  [[nodiscard]] Indices WithoutPresent(const Batch& batch, Indices indices);
  void CountPresent(const Indices& same);
  void SettleDuplicates(const Batch& batch);
  void HandleFailure(Kind kind, const Batch& batch, Indices sent, const CommandResult& result);
  /// True where the document is to be sent again.
  [[nodiscard]] bool HandleWriteError(const Batch& batch, std::uint32_t index, WriteError error);

  struct Duplicate {
    std::uint32_t index = 0;
    std::string message;
  };

  Deployment& deployment_;
  const Client& client_;
  WriteCounts& counts_;
  Options options_;
  WriteCommand command_;
  Delivery delivery_;
  Refusals refusals_;
  bool replaces_timestamps_;  ///< the server would, so such documents go another way
  bool may_compare_ = true;   ///< until the server says no
  bool mixed_schema_allowed_ = false;
  std::vector<Duplicate> duplicates_;
};

}  // namespace haul
