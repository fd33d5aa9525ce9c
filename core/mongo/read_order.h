#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/bson/document.h"
#include "core/mongo/deployment.h"
#include "core/mongo/server_cursor.h"
#include "core/mongo/snapshot.h"
#include "core/plan/namespace.h"
#include "core/plan/partition.h"

namespace haul {

/// What a reader reads.
struct CollectionRead {
  Namespace ns;                          ///< where the documents lie
  const Partition* partition = nullptr;  ///< outlives the reader
  const Document* filter = nullptr;     ///< only with Partition::Order::kQuery; outlives the reader
  std::uint32_t reply_documents = 500;  ///< asked of the server in one reply
  bool resume_tokens = false;           ///< the server gives them for this collection
  ReadPoint at = {};                    ///< the cluster time, and the UUID that stands for the name
  /// Further fields of every find (projection, sort, skip, limit), or null. It outlives the reader.
  /// A sort, skip or limit only with Partition::Order::kQuery.
  const Document* more = nullptr;
  /// {pipeline: [...]}: an aggregation instead of a find, or null; it outlives the reader. Only
  /// with Partition::Order::kQuery; filter and `more` are then not used.
  const Document* aggregation = nullptr;
};

/// How one partition is asked for, where the read stands, and which documents of a reply belong to
/// it. One thread.
class ReadOrder {
 public:
  ReadOrder() = default;
  ReadOrder(const ReadOrder&) = delete;
  ReadOrder& operator=(const ReadOrder&) = delete;
  virtual ~ReadOrder() = default;

  /// The command that begins the read or, after a lost cursor, continues it.
  [[nodiscard]] virtual Document FindCommand() const = 0;

  /// Takes the newest reply's documents, leaves those that belong to the partition and were not
  /// delivered before. True: the partition ends with them.
  [[nodiscard]] virtual bool Accept(const ServerCursor& cursor,
                                    std::vector<ByteView>& documents) = 0;

  /// True where FindCommand() goes on right after the last accepted document.
  [[nodiscard]] virtual bool can_continue() const = 0;

  /// The server refused FindCommand() with this code: true where the next FindCommand() is another.
  [[nodiscard]] virtual bool Retreat(int server_code) = 0;

  /// The command that ends a partition whose open upper bound misses `_id: MaxKey`, if any.
  [[nodiscard]] virtual std::optional<Document> LastCommand() const { return std::nullopt; }
};

/// `client` outlives the result.
[[nodiscard]] std::unique_ptr<ReadOrder> NewReadOrder(const Client& client,
                                                      const CollectionRead& read);

}  // namespace haul
