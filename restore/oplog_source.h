#pragma once

#include <optional>
#include <string_view>

#include "core/bson/timestamp.h"
#include "restore/input.h"

namespace haul {

/// local.oplog.rs or local.oplog.$main: an oplog that was dumped as a collection.
[[nodiscard]] bool IsDumpedOplog(const Namespace& ns);

/// The oplog that --oplogReplay replays, out of what there is: --oplogFile or oplog.bson beside the
/// databases, else a dumped local.oplog.rs or local.oplog.$main, which is taken out of
/// `contents.collections`. Nothing where there is none. Error kUsage where two of the same rank are
/// there, or --oplogFile cannot be opened.
[[nodiscard]] std::optional<DataFile> ChooseOplog(const RestoreOptions& options,
                                                  RestoreInput::Contents& contents);

/// --oplogLimit: "SECONDS", "SECONDS:" or "SECONDS:INCREMENT". Error kUsage.
[[nodiscard]] Timestamp ParseOplogLimit(std::string_view text);

}  // namespace haul
