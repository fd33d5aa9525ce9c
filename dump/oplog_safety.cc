#include "dump/oplog_safety.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/plan/oplog_command.h"

namespace haul {
namespace {

using Kind = OplogOperation::Kind;

// A renamed collection is read under the one name or the other, or twice, or not at all; imported
// and converted ones came about without entries for their documents.
constexpr std::array<std::string_view, 3> kUnsafeCommands = {"renameCollection", "importCollection",
                                                             "upgradeDowngradeViewlessTimeseries"};
// What transactions consist of besides applyOps.
constexpr std::array<std::string_view, 2> kTransactionEnds = {"commitTransaction",
                                                              "abortTransaction"};
constexpr std::string_view kVersionCollection = "system.version";

bool IsUnsafeCommand(const OplogOperation& operation) {
  const std::string_view command = operation.command;
  if (std::ranges::find(kUnsafeCommands, command) != kUnsafeCommands.end()) return true;
  const std::string_view database = operation.database();
  const std::string_view target = FindString(operation.object, command);
  if (database == "admin" && target == kVersionCollection) return true;
  if (database == "config") {
    return command == "create" && IsResharding({"config", std::string(target)});
  }
  const bool ends_transaction =
      std::ranges::find(kTransactionEnds, command) != kTransactionEnds.end();
  return !ends_transaction && !KindOfOplogCommand(command);
}

bool IsUnsafe(const OplogOperation& operation) {
  if (operation.kind == Kind::kCommand) return IsUnsafeCommand(operation);
  return operation.kind != Kind::kNoop && operation.ns == "admin.system.version";
}

// With what a command is about: "renameCollection on shop.$cmd (shop.orders)".
std::string Name(const OplogOperation& operation) {
  std::string name = Describe(operation);
  if (operation.kind != Kind::kCommand) return name;
  const auto first = FindElement(operation.object, operation.command);
  const auto target = first ? first->AsString() : std::nullopt;
  return target ? fmt::format("{} ({})", name, EscapeForDisplay(*target)) : name;
}

}  // namespace

std::optional<std::string> WhyUnsafe(const OplogEntry& entry) {
  if (IsUnsafe(entry.operation)) return Name(entry.operation);
  for (const OplogOperation& inner : InnerOperations(entry.operation)) {
    if (IsUnsafe(inner)) return Name(inner) + " (inside applyOps)";
  }
  return std::nullopt;
}

bool IsResharding(const Namespace& ns) {
  constexpr std::array<std::string_view, 3> kCollections = {"reshardingOperations",
                                                            "localReshardingOperations.donor",
                                                            "localReshardingOperations.recipient"};
  return ns.database == "config" &&
         std::ranges::find(kCollections, ns.collection) != kCollections.end();
}

}  // namespace haul
