#include "core/plan/oplog_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/element_scan.h"

namespace haul {
namespace {

using Kind = OplogOperation::Kind;

// Servers refuse applyOps that are nested deeper than ten.
constexpr std::size_t kDeepest = 16;

struct KindRow {
  std::string_view op;
  Kind kind;
  std::string_view verb;
};
constexpr std::array<KindRow, 5> kKinds = {{{"i", Kind::kInsert, "insert into"},
                                            {"u", Kind::kUpdate, "update of"},
                                            {"d", Kind::kDelete, "delete from"},
                                            {"c", Kind::kCommand, "command on"},
                                            {"n", Kind::kNoop, "no operation on"}}};

Error BadEntry(std::string_view cause) {
  return {ExitCode::kCorrupt, fmt::format("an oplog entry is none: {}", cause)};
}

ByteView NestedOf(const Element& element) {
  const auto nested = element.AsDocument();
  if (!nested) throw BadEntry(fmt::format("'{}' is no document", EscapeForDisplay(element.key)));
  if (const char* problem = DocumentFrameProblem(*nested); problem != nullptr) {
    throw BadEntry(fmt::format("'{}' {}", EscapeForDisplay(element.key), problem));
  }
  return *nested;
}

std::string_view TextOf(const Element& element) {
  const auto text = element.AsString();
  if (!text) throw BadEntry(fmt::format("'{}' is no string", EscapeForDisplay(element.key)));
  return *text;
}

ByteView UuidOf(const Element& element) {
  constexpr std::size_t kUuidBytes = 16;
  const auto payload =
      element.type == BsonType::kBinary ? BinaryPayload(element.value) : std::nullopt;
  if (!payload || payload->size() != kUuidBytes) throw BadEntry("'ui' is no UUID");
  return *payload;
}

std::int64_t NumberOf(const Element& element) {
  const auto number = element.AsInteger();
  if (!number) throw BadEntry(fmt::format("'{}' is no number", EscapeForDisplay(element.key)));
  return *number;
}

void TakeField(const Element& field, OplogOperation& operation) {
  if (field.key == "op") operation.op = TextOf(field);
  if (field.key == "ns") operation.ns = TextOf(field);
  if (field.key == "o") operation.object = NestedOf(field);
  if (field.key == "o2" && field.AsDocument()) operation.object2 = NestedOf(field);
  if (field.key == "ui") operation.uuid = UuidOf(field);
}

void Complete(OplogOperation& operation) {
  if (operation.op.empty()) throw BadEntry("it has no 'op'");
  const auto* row = std::ranges::find(kKinds, operation.op, &KindRow::op);
  operation.kind = row == kKinds.end() ? Kind::kOther : row->kind;
  if (operation.kind != Kind::kCommand) return;
  const auto first = operation.object.empty() ? std::nullopt : ElementWalk(operation.object).Next();
  if (!first) throw BadEntry("it is a command without a name");
  operation.command = first->key;
}

OplogOperation ParseOperation(ByteView bytes) {
  OplogOperation operation;
  operation.whole = bytes;
  ElementWalk walk(bytes);
  while (const auto field = walk.Next()) TakeField(*field, operation);
  Complete(operation);
  return operation;
}

// The depth is bounded, and so is the recursion.
// NOLINTNEXTLINE(misc-no-recursion)
void Collect(const OplogOperation& operation, std::size_t depth, std::vector<OplogOperation>& to) {
  if (operation.command != "applyOps") return;
  if (depth == kDeepest) throw BadEntry("applyOps commands are nested too deep");
  ElementWalk walk(NestedOf(ElementWalk(operation.object).Next().value()));
  while (const auto element = walk.Next()) {
    OplogOperation inner = ParseOperation(NestedOf(*element));
    if (inner.command == "applyOps") {
      Collect(inner, depth + 1, to);
    } else {
      to.push_back(inner);
    }
  }
}

}  // namespace

OplogEntry ParseOplogEntry(ByteView entry) {
  OplogEntry parsed;
  parsed.operation.whole = entry;
  bool timed = false;
  ElementWalk walk(entry);
  while (const auto field = walk.Next()) {
    TakeField(*field, parsed.operation);
    if (field->key == "ts") {
      const auto time = field->AsTimestamp();
      if (!time) throw BadEntry("'ts' is no timestamp");
      parsed.time = *time;
      timed = true;
    }
    if (field->key == "lsid") parsed.session = NestedOf(*field);
    if (field->key == "prevOpTime") parsed.previous = NestedOf(*field);
    if (field->key == "txnNumber") parsed.transaction = NumberOf(*field);
    if (field->key == "multiOpType") parsed.multi_operation = NumberOf(*field);
  }
  if (!timed) throw BadEntry("it has no 'ts'");
  Complete(parsed.operation);
  return parsed;
}

std::vector<OplogOperation> InnerOperations(const OplogOperation& operation) {
  std::vector<OplogOperation> inner;
  Collect(operation, 0, inner);
  return inner;
}

std::string Describe(const OplogOperation& operation) {
  const std::string ns = EscapeForDisplay(operation.ns);
  if (operation.kind == Kind::kCommand) {
    return fmt::format("{} on {}", EscapeForDisplay(operation.command), ns);
  }
  const auto* row = std::ranges::find(kKinds, operation.kind, &KindRow::kind);
  if (row != kKinds.end()) return fmt::format("{} {}", row->verb, ns);
  return fmt::format("operation '{}' on {}", EscapeForDisplay(operation.op), ns);
}

}  // namespace haul
