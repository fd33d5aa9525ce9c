#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_buffer.h"
#include "core/plan/index_catalog.h"
#include "core/plan/oplog_command.h"
#include "core/plan/oplog_entry.h"
#include "core/plan/oplog_identities.h"
#include "core/plan/oplog_routes.h"

namespace haul {

/// One thing that a replay asks of the target. The views hold during the call that hands it on.
struct ReplayStep {
  enum class Kind : std::uint8_t {
    kWrite,            ///< an insert, update or delete: may go with others in one applyOps
    kCreate,           ///< `ns` exists afterwards
    kDrop,             ///< `ns` does not exist afterwards
    kModify,           ///< another command on `ns`
    kRename,           ///< `ns` becomes `to`, which is dropped where it exists
    kConvertToCapped,  ///< `operation` is the command itself: applyOps refuses it
  };
  Kind kind = Kind::kWrite;
  std::string_view ns;  ///< of the target, "database.collection"
  std::string_view to = {};
  ByteView operation = {};  ///< as applyOps takes it; empty for kRename
};

/// Turns the operations of an oplog into what is asked of a target: selected and under the target's
/// names, stripped to what operations mean (no UUIDs, sessions, times: a server of version 6.0 even
/// ends itself when applyOps is given `needsRetryImage`), indexes kept for later. Operations are to
/// come in the order in which they take effect. Pure; one thread.
class OplogReplay {
 public:
  using Emit = std::function<void(const ReplayStep&)>;

  struct Options {
    /// Whether a collection of the target is created with the UUID that it had. Null: never.
    std::function<bool(ByteView uuid, const Namespace& target)> keeps_uuid;
    /// The definition of a view of the source, with what it reads under the target's names. Null:
    /// it stays as it is.
    std::function<Document(const Namespace& view, const Document& definition)> rename_references;
  };

  /// `catalog` must outlive it.
  OplogReplay(OplogRoutes routes, IndexCatalog& catalog, Emit emit, Options options)
      : routes_(std::move(routes)),
        catalog_(catalog),
        emit_(std::move(emit)),
        options_(std::move(options)) {}
  OplogReplay(OplogRoutes routes, IndexCatalog& catalog, Emit emit)
      : OplogReplay(std::move(routes), catalog, std::move(emit), Options()) {}

  /// A namespace of the dump that is restored: its target is taken. Error kConflict.
  /// `uuid` as metadata has it, empty where it is not known.
  void Expect(const Namespace& source, bool view, const std::string& uuid = {});

  /// Error kSourceChanged for an operation that is not known, or whose effect applying operations
  /// cannot have; kCorrupt for one that contradicts itself.
  void Apply(const OplogOperation& operation);

  struct Counts {
    std::uint64_t applied = 0;   ///< handed on, or entered into the catalog of indexes
    std::uint64_t skipped = 0;   ///< of no meaning to another server
    std::uint64_t filtered = 0;  ///< not selected
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

  /// Collections whose indexes a collMod changed that were not there and that nothing later
  /// explains; escaped for display.
  [[nodiscard]] std::vector<std::string> UnknownIndexes() const;

 private:
  struct Writing {
    std::string_view op;
    std::string_view ns;
    ByteView object;
    ByteView object2 = {};
  };

  void ApplyInsertUpdateDelete(const OplogOperation& operation);
  void ApplyToView(const OplogOperation& operation);
  void ApplyCommand(const OplogOperation& operation);
  void ApplyToCollection(const OplogOperation& operation, OplogCommandKind kind);
  void Create(const OplogOperation& operation, const OplogRoute& route);
  void Drop(const OplogRoute& route);
  void Modify(const OplogOperation& operation, const OplogRoute& route);
  void Rename(const OplogOperation& operation);
  void DropViews(std::string_view database);
  void DropDatabase(std::string_view database);
  void EditIndexes(const OplogOperation& operation, const OplogRoute& route);
  void DropTarget(const Namespace& target);
  void Write(const Writing& writing);
  void Command(ReplayStep::Kind kind, const Namespace& target, ByteView object, ByteView uuid = {});
  [[nodiscard]] bool Passes(const OplogRoute& route, const OplogOperation& operation);

  OplogRoutes routes_;
  OplogIdentities identities_;
  IndexCatalog& catalog_;
  Emit emit_;
  Options options_;
  Counts counts_;
  ByteBuffer operation_;
  ByteBuffer object_;
  ByteBuffer object2_;
  std::set<Namespace> views_;         // of the source
  std::set<std::string> with_views_;  // databases of the target
  std::map<Namespace, std::string> unknown_indexes_;
};

}  // namespace haul
