#pragma once

#include <string>
#include <string_view>

#include "core/mongo/deployment.h"

namespace haul {

/// A command that may be sent more than once without harm.
struct RepeatableCommand {
  const std::string& database;
  const bson_t* command;
  std::string_view operation;  ///< for messages: "create shop.orders"
};

struct RepeatedResult {
  CommandResult result;
  bool repeated = false;  ///< it was sent more than once, so an earlier try may have done it
};

/// Sends the command to the primary until it is answered: one that a lost connection or a step-down
/// broke is sent again until the deployment's retry_for is over. Then throws Error, as it does when
/// a stop is requested meanwhile. What the server answers, be it a refusal, is the result.
[[nodiscard]] RepeatedResult RunRepeatedly(Deployment& deployment, const Client& client,
                                           const RepeatableCommand& command);

}  // namespace haul
