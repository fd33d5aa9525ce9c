#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/mongo/catalog.h"
#include "core/mongo/deployment.h"
#include "core/mongo/read_order.h"
#include "core/mongo/retry.h"
#include "core/mongo/server_cursor.h"
#include "core/pipeline/document_source.h"

namespace haul {

/// The documents of one partition, in the partition's order. A lost connection, step-down or cursor
/// is survived where the read knows its place (ReadOrder::can_continue), for
/// Deployment::retry_for().
class CollectionReader : public DocumentSource {
 public:
  /// `deployment` and `client` outlive the reader.
  CollectionReader(Deployment& deployment, const Client& client, CollectionRead read);

  [[nodiscard]] bool Next(Batch& batch) override;

 private:
  enum class State : std::uint8_t { kBegin, kReading, kLast, kEnd };

  /// Makes `reply_` the next reply's documents, possibly none; false at the end.
  [[nodiscard]] bool Fetch();
  [[nodiscard]] std::optional<CommandFailure> TryFetch();
  [[nodiscard]] std::optional<CommandFailure> Open(const Document& find);
  void TakeReply();
  void Survive(const CommandFailure& failure);

  Deployment& deployment_;
  const Client& client_;
  CollectionRead read_;
  std::unique_ptr<ReadOrder> order_;
  Backoff backoff_;
  std::unique_ptr<ServerCursor> cursor_;
  State state_ = State::kBegin;
  std::vector<ByteView> reply_;
  std::size_t taken_ = 0;
};

/// How many documents to ask for in one reply of a member that is so far away.
[[nodiscard]] std::uint32_t ReplyDocuments(const CollectionSize& size,
                                           std::chrono::milliseconds round_trip);

}  // namespace haul
