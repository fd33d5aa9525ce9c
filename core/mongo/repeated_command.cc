#include "core/mongo/repeated_command.h"

#include <chrono>
#include <utility>

#include "core/mongo/driver_error.h"
#include "core/mongo/retry.h"
#include "core/mongo/server_selection.h"

namespace haul {

RepeatedResult RunRepeatedly(Deployment& deployment, const Client& client,
                             const RepeatableCommand& command) {
  Backoff backoff(deployment.retry_for(), deployment.stop());
  for (bool repeated = false;; repeated = true) {
    const auto began = std::chrono::steady_clock::now();
    CommandResult result = client.TryCommand(command.database, command.command);
    if (result.ok || !IsTransient(result.error, result.reply.bson())) {
      return {std::move(result), repeated};
    }
    if (SelectionOutlasted(result.error, began, deployment.retry_for()) || !backoff.Wait()) {
      throw DriverError(command.operation, result.error, result.reply.bson());
    }
  }
}

}  // namespace haul
