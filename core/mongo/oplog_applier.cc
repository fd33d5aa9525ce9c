#include "core/mongo/oplog_applier.h"

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/framing.h"
#include "core/bson/open_document.h"
#include "core/mongo/driver_error.h"
#include "core/mongo/repeated_command.h"
#include "core/mongo/write_command.h"

namespace haul {
namespace {

// More gain little: 48,000 operations a second with 500, 60,000 with 1,000, but 320 one by one.
constexpr std::size_t kMostWrites = 500;
// A command may be as large as a document with its wrapping; this leaves room for what is around.
constexpr std::size_t kMostBytes = kMaxDocumentSize - std::size_t{256} * 1024;

const std::string kAdmin = "admin";

Document NewHead(const Document& write_concern) {
  Document head;
  BSON_APPEND_BOOL(head.bson(), "allowAtomic", false);
  // What servers before 8.1 do unasked.
  BSON_APPEND_BOOL(head.bson(), "alwaysUpsert", true);
  BSON_APPEND_BOOL(head.bson(), "bypassDocumentValidation", true);
  AppendWriteConcern(head.bson(), write_concern);
  return head;
}

std::string TextOf(ByteView document, std::string_view key) {
  return EscapeForDisplay(FindString(document, key));
}

// "insert into shop.orders"
std::string What(ByteView operation) {
  const std::string op = TextOf(operation, "op");
  const std::string ns = TextOf(operation, "ns");
  if (op == "i") return "insert into " + ns;
  if (op == "u") return "update of " + ns;
  if (op == "d") return "delete from " + ns;
  const ByteView command = FindDocument(operation, "o").value_or(ByteView());
  const auto first = command.empty() ? std::nullopt : ElementWalk(command).Next();
  return first ? fmt::format("{} on {}", EscapeForDisplay(first->key), ns) : ns;
}

struct Results {
  std::size_t tried = 0;
  std::optional<std::size_t> first_refused;
};

// `results`: one bool for each operation that the server came to.
Results ParseResults(ByteView reply) {
  Results results;
  const ByteView array = FindDocument(reply, "results").value_or(ByteView());
  if (array.empty()) return results;
  ElementWalk walk(array);
  while (const auto result = walk.Next()) {
    if (!result->AsBool().value_or(true) && !results.first_refused) {
      results.first_refused = results.tried;
    }
    ++results.tried;
  }
  return results;
}

}  // namespace

OplogApplier::OplogApplier(Deployment& deployment, const Document& write_concern)
    : deployment_(deployment),
      client_(deployment.Acquire()),
      head_(NewHead(write_concern)),
      write_concern_(write_concern.Clone()) {}

void OplogApplier::Take(const ReplayStep& step) {
  switch (step.kind) {
    case ReplayStep::Kind::kWrite:
      return Buffer(step);
    case ReplayStep::Kind::kCreate:
    case ReplayStep::Kind::kDrop:
    case ReplayStep::Kind::kModify:
      Flush();
      return RunAlone(step);
    case ReplayStep::Kind::kRename:
      Flush();
      return RunRename(step);
    case ReplayStep::Kind::kConvertToCapped:
      Flush();
      return RunConvert(step);
  }
}

void OplogApplier::Buffer(const ReplayStep& step) {
  if (absent_.contains(step.ns) && TextOf(step.operation, "op") != "d") {
    return PassOver(std::string(step.ns));
  }
  const bool full = writes_.documents() == kMostWrites ||
                    writes_.bytes().size() + step.operation.size() > kMostBytes;
  if (full) Flush();
  writes_.Append(step.operation);
  names_.emplace_back(step.ns);
}

void OplogApplier::Flush() {
  for (std::size_t at = 0; at < writes_.documents();) at = Send(at);
  writes_.Clear();
  names_.clear();
  ++flushes_;
}

void OplogApplier::PassOver(const std::string& ns) {
  absent_.insert(ns);
  ++passed_over_[ns];
}

std::size_t OplogApplier::Send(std::size_t begin) {
  command_.Clear();
  OpenDocument command(command_);
  command.BeginElement(BsonType::kArray, "applyOps");
  OpenDocument operations(command_);
  for (std::size_t i = begin; i < writes_.documents(); ++i) {
    operations.AppendDocument(ArrayKey(i - begin).view(), writes_.at(i));
  }
  operations.End();
  ElementWalk walk(head_.bytes());
  while (const auto field = walk.Next()) command.Append(*field);
  command.End();
  const bson_t borrowed = BorrowBson(command_.view());
  const std::string operation = "apply operations to " + EscapeForDisplay(names_[begin]);
  const CommandResult result =
      RunRepeatedly(deployment_, client_, {kAdmin, &borrowed, operation}).result;
  return result.ok ? writes_.documents() : AfterRefusal(begin, result);
}

std::size_t OplogApplier::AfterRefusal(std::size_t begin, const CommandResult& result) {
  const Results results = ParseResults(result.reply.bytes());
  const std::size_t left = writes_.documents() - begin;
  if (!results.first_refused || results.tried > left) {
    throw DriverError("apply operations to " + EscapeForDisplay(names_[begin]), result.error,
                      result.reply.bson());
  }
  const std::size_t refused = begin + *results.first_refused;
  const bool absent = result.error.code == server_code::kNamespaceNotFound &&
                      *results.first_refused + 1 == results.tried;
  if (!absent) {
    throw DriverError("apply " + What(writes_.at(refused)), result.error, result.reply.bson());
  }
  PassOver(names_[refused]);
  return refused + 1;
}

void OplogApplier::RunAlone(const ReplayStep& step) {
  writes_.Append(step.operation);
  names_.emplace_back(step.ns);
  Flush();
  if (step.kind != ReplayStep::Kind::kModify) Explain(step.ns);
}

void OplogApplier::RunRename(const ReplayStep& step) {
  Document command;
  bson_append_utf8(command.bson(), "renameCollection", -1, step.ns.data(),
                   static_cast<int>(step.ns.size()));
  bson_append_utf8(command.bson(), "to", -1, step.to.data(), static_cast<int>(step.to.size()));
  BSON_APPEND_BOOL(command.bson(), "dropTarget", true);
  AppendWriteConcern(command.bson(), write_concern_);
  const std::string operation =
      fmt::format("rename {} to {}", EscapeForDisplay(step.ns), EscapeForDisplay(step.to));
  const RepeatedResult renamed =
      RunRepeatedly(deployment_, client_, {kAdmin, command.bson(), operation});
  // One that is not there was renamed before the dump came to it: the target is in the dump.
  const bool absent = renamed.result.error.code == server_code::kNamespaceNotFound;
  if (!renamed.result.ok && !absent) {
    throw DriverError(operation, renamed.result.error, renamed.result.reply.bson());
  }
  Explain(step.ns);
  Explain(step.to);
}

void OplogApplier::RunConvert(const ReplayStep& step) {
  const std::string operation = "convert to capped " + EscapeForDisplay(step.ns);
  const std::string database(step.ns.substr(0, step.ns.find('.')));
  const bson_t command = BorrowBson(step.operation);
  const CommandResult result =
      RunRepeatedly(deployment_, client_, {database, &command, operation}).result;
  if (result.ok || result.error.code == server_code::kNamespaceNotFound) return;
  throw DriverError(operation, result.error, result.reply.bson());
}

void OplogApplier::Explain(std::string_view ns) {
  const std::string name(ns);
  absent_.erase(name);
  passed_over_.erase(name);
}

}  // namespace haul
