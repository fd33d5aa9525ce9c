#include "restore/oplog_transactions.h"

#include <utility>

#include "core/base/error.h"
#include "core/bson/element.h"

namespace haul {
namespace {

bool IsSet(ByteView object, std::string_view key) {
  const auto field = FindElement(object, key);
  return field && field->AsBool().value_or(false);
}

// Inserts that a server groups into one entry carry a session too, and are no transaction.
constexpr std::int64_t kAppliedSeparately = 1;

bool BelongsToTransaction(const OplogEntry& entry) {
  if (entry.session.empty() || !entry.transaction) return false;
  if (entry.multi_operation == kAppliedSeparately) return false;
  const std::string_view command = entry.operation.command;
  return command == "applyOps" || command == "commitTransaction" || command == "abortTransaction";
}

// `prevOpTime` names the transaction's entry before this one; the null time is the first's.
bool ContinuesAnother(const OplogEntry& entry) {
  const auto time = entry.previous.empty() ? std::nullopt : FindElement(entry.previous, "ts");
  const auto at = time ? time->AsTimestamp() : std::nullopt;
  return at && *at != Timestamp{};
}

Error BeganEarlier() {
  return {ExitCode::kSourceChanged,
          "a transaction ends here that began before the oplog does, so that not all of its "
          "operations are known",
          "use an oplog that reaches further back"};
}

}  // namespace

void OplogTransactions::Add(const OplogEntry& entry, const Apply& apply) {
  is_first_ = std::exchange(first_, false);
  if (!BelongsToTransaction(entry)) return apply(entry.operation);
  if (entry.operation.command == "applyOps") return AddOperations(entry, apply);
  const auto at = open_.find({std::string(AsText(entry.session)), *entry.transaction});
  const bool commits = entry.operation.command == "commitTransaction";
  if (at == open_.end()) {
    if (commits && !is_first_) throw BeganEarlier();
    return;
  }
  if (commits) return Commit(at, apply);
  ++aborted_;
  Forget(at);
}

void OplogTransactions::AddOperations(const OplogEntry& entry, const Apply& apply) {
  const OplogOperation& operation = entry.operation;
  const Key key{std::string(AsText(entry.session)), *entry.transaction};
  auto at = open_.find(key);
  const bool known = at != open_.end();
  const bool partial = IsSet(operation.object, "partialTxn");
  const bool prepare = IsSet(operation.object, "prepare");
  if (!known && ContinuesAnother(entry)) {
    if (is_first_ && !partial && !prepare) return;
    throw BeganEarlier();
  }
  if (!known && !partial && !prepare) {
    ++committed_;
    return apply(operation);
  }
  if (!known) at = open_.try_emplace(key, limits_.spool_directory).first;
  Keep(at->second, operation);
  if (partial) return;
  const auto count = FindElement(operation.object, "count");
  const auto expected = count ? count->AsInteger() : std::nullopt;
  if (expected && static_cast<std::uint64_t>(*expected) != at->second.operations) {
    throw BeganEarlier();
  }
  if (!prepare) Commit(at, apply);
}

void OplogTransactions::Keep(Open& open, const OplogOperation& operation) {
  const std::size_t before = open.commands.bytes_in_memory();
  open.operations += InnerOperations(operation).size();
  open.commands.Append(operation.object, memory_ + operation.object.size() <= limits_.memory);
  memory_ = memory_ - before + open.commands.bytes_in_memory();
}

void OplogTransactions::Commit(std::map<Key, Open>::iterator at, const Apply& apply) {
  at->second.commands.ForEach([&](ByteView object) {
    OplogOperation command;
    command.kind = OplogOperation::Kind::kCommand;
    command.op = "c";
    command.ns = "admin.$cmd";
    command.command = "applyOps";
    command.object = object;
    apply(command);
  });
  ++committed_;
  Forget(at);
}

void OplogTransactions::Forget(std::map<Key, Open>::iterator at) {
  memory_ -= at->second.commands.bytes_in_memory();
  open_.erase(at);
}

std::uint64_t OplogTransactions::unfinished_operations() const {
  std::uint64_t operations = 0;
  for (const auto& [key, open] : open_) operations += open.operations;
  return operations;
}

}  // namespace haul
