#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "core/base/byte_buffer.h"

namespace haul {

/// Which collection a name stands for, in the dump and while the oplog is replayed by names. A
/// dump that was taken after a rename has the collection under its new name, and perhaps another
/// one under the old name; entries before the rename, replayed by name, would mix the two up.
/// Names are the source's, "database.collection"; UUIDs are 16 bytes, empty where there is none,
/// and a collection without one is not judged. Pure.
class OplogIdentities {
 public:
  /// The dump has it; `uuid` as metadata has it, 32 hex digits.
  void Expect(const std::string& ns, const std::string& uuid);

  void Write(std::string_view ns, ByteView uuid);
  void Create(std::string_view ns, ByteView uuid);
  void Drop(std::string_view ns, ByteView uuid);
  void DropDatabase(std::string_view database);

  /// False where replaying by names would give what the source never held.
  [[nodiscard]] bool Rename(std::string_view from, std::string_view to, ByteView uuid);

 private:
  void Forget(const std::string& ns);

  std::map<std::string, std::string> held_;  ///< hex
  std::set<std::string> mixed_;              ///< names that got operations of another collection
  std::set<std::string> dropped_;  ///< UUIDs that were dropped in place of another collection
};

}  // namespace haul
