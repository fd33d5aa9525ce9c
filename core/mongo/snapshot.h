#pragma once

#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/bson/document.h"
#include "core/bson/timestamp.h"
#include "core/mongo/deployment.h"
#include "core/mongo/server_cursor.h"
#include "core/plan/namespace.h"

namespace haul {

/// At which cluster time a collection is read, and by which name.
struct ReadPoint {
  /// Read concern "snapshot" at this time; nothing: each reply as the collection is then.
  std::optional<Timestamp> time = {};
  /// 32 hex digits: `find` names the collection by its UUID, so that another one of the same name
  /// is not taken for it. Empty: by name.
  std::string uuid = {};
};

/// {find: NAME or UUID, readConcern: …}: the begin of every find of a collection.
[[nodiscard]] Document BeginFind(const Namespace& ns, const ReadPoint& at);

/// Appends {readConcern: {level: "snapshot", atClusterTime: …}} where there is a time. Only raw
/// commands keep it: the driver's find helper drops atClusterTime.
void AppendReadConcern(Document& command, const ReadPoint& at);

/// The newest operation that the member which serves the reads has applied: every change of a
/// catalogue that was seen there before has happened at it or before. Throws Error.
[[nodiscard]] Timestamp AppliedTime(Deployment& deployment, const Client& client);

/// Reads one document of the collection at `at`, which waits up to 30 s for a majority of
/// the set to have that time. Nothing = it can be read.
[[nodiscard]] std::optional<CommandFailure> TryRead(Deployment& deployment, const Client& client,
                                                    const Namespace& ns, const ReadPoint& at);

/// `failure` as it is, or, where it says that the collection cannot be read at that time any more,
/// kSourceChanged with what to do.
[[nodiscard]] Error ReadError(const Namespace& ns, const ReadPoint& at,
                              const CommandFailure& failure);

}  // namespace haul
