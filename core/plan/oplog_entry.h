#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/bson/timestamp.h"

namespace haul {

/// One operation of the oplog: an entry of it, or one that an applyOps command holds. All views are
/// into the entry's bytes, which somebody else owns.
/// https://github.com/mongodb/mongo/blob/master/src/mongo/db/repl/oplog_entry.idl
struct OplogOperation {
  enum class Kind : std::uint8_t {
    kInsert,   ///< "i"
    kUpdate,   ///< "u"
    kDelete,   ///< "d"
    kCommand,  ///< "c"
    kNoop,     ///< "n"
    kOther,    ///< what later servers write: "km", "ci", "cu", "cd"
  };
  Kind kind = Kind::kOther;
  std::string_view op;       ///< the letters themselves
  std::string_view ns;       ///< "shop.orders"; of a command "shop.$cmd"; may be empty
  std::string_view command;  ///< the name of the first field of `o`; empty unless kCommand
  ByteView object;           ///< `o`; empty where there is none
  ByteView object2;          ///< `o2`; empty where there is none
  ByteView uuid;             ///< `ui`, 16 bytes; empty where there is none
  ByteView whole;

  [[nodiscard]] std::string_view database() const { return ns.substr(0, ns.find('.')); }
};

/// An entry of the oplog.
struct OplogEntry {
  OplogOperation operation;
  Timestamp time;                               ///< `ts`
  ByteView session;                             ///< `lsid`; empty where there is none
  ByteView previous;                            ///< `prevOpTime`; empty where there is none
  std::optional<std::int64_t> transaction;      ///< `txnNumber`
  std::optional<std::int64_t> multi_operation;  ///< `multiOpType`
};

/// Error kCorrupt for what is no oplog entry: no `ts`, no `op`, a field of another type, a command
/// without a name.
[[nodiscard]] OplogEntry ParseOplogEntry(ByteView entry);

/// The operations that the command applyOps holds, those of applyOps commands among them in their
/// place, in order. Of any other operation nothing. Error kCorrupt for what is no operation, or for
/// commands nested deeper than servers allow.
[[nodiscard]] std::vector<OplogOperation> InnerOperations(const OplogOperation& operation);

/// For messages: "renameCollection on shop.$cmd", "insert into admin.system.version".
[[nodiscard]] std::string Describe(const OplogOperation& operation);

}  // namespace haul
