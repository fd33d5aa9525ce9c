#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace haul {

/// What a replay does with a command of an oplog.
enum class OplogCommandKind : std::uint8_t {
  kCreate,
  kDrop,
  kModify,
  kEmptyCapped,
  kConvertToCapped,
  kIndexes,
  kRename,
  kDropDatabase,
  kApplyOps,
  kSkipped,  ///< means something to one server only, or its end is an entry of its own
};

/// By the command's name; nothing for one that is not known.
[[nodiscard]] std::optional<OplogCommandKind> KindOfOplogCommand(std::string_view name);

}  // namespace haul
