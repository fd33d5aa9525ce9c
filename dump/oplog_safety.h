#pragma once

#include <optional>
#include <string>

#include "core/plan/namespace.h"
#include "core/plan/oplog_entry.h"

namespace haul {

/// What in the entry, or inside its applyOps commands, keeps a dump and an oplog that holds it from
/// being replayed to what the server held: "renameCollection on shop.$cmd (shop.orders)". Nothing
/// for all that can be replayed. Pure. Error kCorrupt as InnerOperations.
[[nodiscard]] std::optional<std::string> WhyUnsafe(const OplogEntry& entry);

/// True for the collections in which servers record that a collection is being resharded.
[[nodiscard]] bool IsResharding(const Namespace& ns);

}  // namespace haul
