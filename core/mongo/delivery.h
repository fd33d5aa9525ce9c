#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/mongo/deployment.h"
#include "core/mongo/retry.h"
#include "core/mongo/write_command.h"
#include "core/pipeline/batch.h"

namespace haul {

/// Documents of a batch, by their index.
using BatchIndices = std::vector<std::uint32_t>;

/// What of `batch` makes one write command from `begin` on: the index behind its last document.
[[nodiscard]] std::uint32_t EndOfCommand(const Batch& batch, std::uint32_t begin);

/// True where the server refuses a whole command because of what one of its documents holds.
[[nodiscard]] bool IsCausedByDocument(const bson_error_t& error);
[[nodiscard]] bool IsDuplicateKey(int code);
/// One entry of `writeErrors` as the driver reports a command's error.
[[nodiscard]] bson_error_t AsServerError(const WriteError& error);

/// What is left to send of a batch, and how often it may be tried: lost connections and step-downs
/// are waited out until `retry_for` is over, and what broke a connection is sent again in halves,
/// because 100,000 errors make a reply that the server cannot send. One thread.
class Delivery {
 public:
  /// Both must outlive it. `operation` begins its errors: "insert into shop.orders".
  Delivery(const Deployment& deployment, const Client& client, std::string operation);

  /// Sent before all that is left already.
  void Add(BatchIndices indices);
  void AddHalves(BatchIndices indices);
  /// Takes what is to be sent next.
  [[nodiscard]] std::optional<BatchIndices> Next();

  [[nodiscard]] CommandResult Send(const std::string& database, const bson_t& command);
  /// True where the command may succeed later: it has waited, and `sent` is to be sent again.
  [[nodiscard]] bool WaitedOut(BatchIndices& sent, const CommandResult& result);
  /// Waits after a transient failure of the last Send(); Error where the time is over.
  void WaitOrThrow(const bson_error_t& error, const bson_t* reply);
  /// A command is sent now, by whatever way; Send() does this itself.
  void BeginAttempt();

  [[nodiscard]] const std::string& operation() const { return operation_; }

 private:
  const Deployment& deployment_;
  const Client& client_;
  std::string operation_;
  Backoff backoff_;
  std::chrono::steady_clock::time_point attempt_began_;
  std::vector<BatchIndices> pending_;  ///< what is sent next stands last
};

}  // namespace haul
