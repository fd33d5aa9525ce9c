#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "core/plan/oplog_entry.h"
#include "core/storage/spool.h"

namespace haul {

/// Puts the entries of an oplog into the order in which they take effect: operations of a
/// transaction are kept until it commits, in memory up to a limit and beyond it in a temporary
/// file, and forgotten when it aborts. One thread.
class OplogTransactions {
 public:
  struct Limits {
    std::size_t memory = std::size_t{64} * 1024 * 1024;  ///< of all transactions together
    std::string spool_directory = "/tmp";                ///< for what is beyond it
  };
  explicit OplogTransactions(Limits limits) : limits_(std::move(limits)) {}

  /// `apply` is called with what takes effect now, in order: the entry's own operation, or commands
  /// applyOps, one after another, that together are a whole transaction. Error kSourceChanged for
  /// the end of a transaction that began before the oplog does. Only where that is the oplog's very
  /// first entry it is passed over: such a transaction ended before the dump began, which therefore
  /// holds it.
  using Apply = std::function<void(const OplogOperation&)>;
  void Add(const OplogEntry& entry, const Apply& apply);

  /// Transactions that have neither committed nor aborted so far.
  [[nodiscard]] std::size_t unfinished() const { return open_.size(); }
  /// Their operations.
  [[nodiscard]] std::uint64_t unfinished_operations() const;
  [[nodiscard]] std::uint64_t committed() const { return committed_; }
  [[nodiscard]] std::uint64_t aborted() const { return aborted_; }

 private:
  using Key = std::pair<std::string, std::int64_t>;  // lsid and txnNumber
  struct Open {
    explicit Open(const std::string& spool_directory) : commands(spool_directory) {}
    Spool commands;
    std::uint64_t operations = 0;
  };

  void AddOperations(const OplogEntry& entry, const Apply& apply);
  void Keep(Open& open, const OplogOperation& operation);
  void Commit(std::map<Key, Open>::iterator at, const Apply& apply);
  void Forget(std::map<Key, Open>::iterator at);

  Limits limits_;
  std::map<Key, Open> open_;
  std::size_t memory_ = 0;
  bool first_ = true;
  bool is_first_ = false;  // the entry at hand is the oplog's first
  std::uint64_t committed_ = 0;
  std::uint64_t aborted_ = 0;
};

}  // namespace haul
