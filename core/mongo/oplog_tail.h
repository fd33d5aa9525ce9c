#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/bson/timestamp.h"
#include "core/mongo/deployment.h"
#include "core/mongo/retry.h"
#include "core/mongo/server_cursor.h"

namespace haul {

/// The newest entry of the oplog of the member that serves the reads. Throws Error.
[[nodiscard]] Timestamp NewestOplogTime(Deployment& deployment, const Client& client);

/// From which entry on an oplog has all that is written from now on, transactions that are open now
/// included: the newest entry, or the first one of the oldest open transaction. Throws Error.
[[nodiscard]] Timestamp OplogStartTime(Deployment& deployment, const Client& client);

/// The oplog of the member that serves the reads, from an entry on, and on and on as it grows.
/// Survives lost connections and other members that take over for Deployment::retry_for(). One
/// thread.
class OplogTail {
 public:
  /// `deployment` and `client` outlive it. Nothing is read yet.
  OplogTail(Deployment& deployment, const Client& client, Timestamp start);

  /// The next entries in order, each once; none where no further one was written within a moment.
  /// Views, valid until the next call. Throws Error kSourceChanged where an entry was overwritten
  /// before it was read (the oplog is too small), or what was read was rolled back.
  [[nodiscard]] const std::vector<ByteView>& Next();

 private:
  /// An entry's place: after an election another entry may have the same time.
  struct Place {
    Timestamp time;
    std::int64_t term = 0;
    auto operator<=>(const Place&) const = default;
  };

  [[nodiscard]] std::optional<CommandFailure> TryNext();
  [[nodiscard]] std::optional<CommandFailure> Open();
  [[nodiscard]] static Place PlaceOf(ByteView entry);
  void TakeReply();
  void CheckOldest() const;
  [[nodiscard]] Error Lost(std::string_view cause) const;

  Deployment& deployment_;
  const Client& client_;
  const Timestamp start_;
  Backoff backoff_;
  std::unique_ptr<ServerCursor> cursor_;
  std::optional<Place> last_;  // what was handed out
  bool opened_ = false;        // the newest reply is a cursor's first
  std::vector<ByteView> entries_;
};

}  // namespace haul
