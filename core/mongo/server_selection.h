#pragma once

#include <mongoc/mongoc.h>

#include <chrono>

namespace haul {

/// True where an attempt found no server to send to and has waited for one as long as all tries
/// together may take: a first failure that leaves no time for a second.
[[nodiscard]] inline bool SelectionOutlasted(const bson_error_t& error,
                                             std::chrono::steady_clock::time_point attempt_began,
                                             std::chrono::milliseconds retry_for) {
  return error.domain == MONGOC_ERROR_SERVER_SELECTION &&
         std::chrono::steady_clock::now() - attempt_began >= retry_for;
}

}  // namespace haul
