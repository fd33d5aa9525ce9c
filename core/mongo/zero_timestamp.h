#pragma once

#include "core/base/byte_buffer.h"
#include "core/mongo/deployment.h"

namespace haul {

/// Servers put the current time in place of a top-level Timestamp(0,0) of a document that is
/// inserted, except in `_id` and in nested documents.
/// https://www.mongodb.com/docs/manual/reference/bson-types/#timestamps

/// True where an ordinary insert would change `document`. Error kCorrupt where it is not BSON.
[[nodiscard]] bool HasZeroTimestamp(ByteView document);

/// True where the server's insert command takes `bypassEmptyTsReplacement`, which stores documents
/// as they are (8.0, 7.0.13, 6.0.17, 5.0.29 and later).
[[nodiscard]] bool CanBypassTimestampReplacement(const ServerInfo& server);

}  // namespace haul
