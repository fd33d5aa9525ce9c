#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/mongo/deployment.h"
#include "core/pipeline/batch.h"
#include "core/plan/oplog_replay.h"

namespace haul {

/// Carries out the steps of a replay on one deployment, in order: writes together, up to 500 in one
/// applyOps that goes on where a single one of them cannot be applied (`allowAtomic: false`); all
/// else alone. Validators are bypassed, because what the oplog says has happened. A command that a
/// lost connection broke is sent again: entries of an oplog may be applied twice. One thread.
class OplogApplier {
 public:
  OplogApplier(Deployment& deployment, const Document& write_concern);

  /// Takes a step; writes may stay here until Flush(). Error as the server puts it, with the
  /// operation; kCorrupt for a write that no command can hold.
  void Take(const ReplayStep& step);
  /// All that was taken is acknowledged afterwards.
  void Flush();
  /// Writes that were taken and not sent yet.
  [[nodiscard]] std::size_t pending() const { return writes_.documents(); }
  /// How often writes were sent; each time all that was taken before is acknowledged.
  [[nodiscard]] std::uint64_t flushes() const { return flushes_; }

  /// Inserts and updates for collections that did not exist at that time, and that nothing taken
  /// since explains by creating, dropping or renaming the collection. By collection of the target.
  /// Servers keep their entries of a collection that was dropped before the dump came to it.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& passed_over() const {
    return passed_over_;
  }

 private:
  void Buffer(const ReplayStep& step);
  /// Sends the writes from `begin` on; answers with which one to go on.
  [[nodiscard]] std::size_t Send(std::size_t begin);
  [[nodiscard]] std::size_t AfterRefusal(std::size_t begin, const CommandResult& result);
  void PassOver(const std::string& ns);
  void RunAlone(const ReplayStep& step);
  void RunRename(const ReplayStep& step);
  void RunConvert(const ReplayStep& step);
  void Explain(std::string_view ns);

  Deployment& deployment_;
  Client client_;
  Document head_;           // of every applyOps, without its operations
  Document write_concern_;  // {} = the server's default
  Batch writes_;
  std::vector<std::string> names_;  // of the writes' collections
  std::uint64_t flushes_ = 0;
  ByteBuffer command_;
  std::set<std::string, std::less<>> absent_;
  std::map<std::string, std::uint64_t> passed_over_;
};

}  // namespace haul
