#include "core/mongo/keyed_command.h"

#include <array>

#include "core/bson/open_document.h"
#include "core/mongo/replacement.h"
#include "core/mongo/zero_timestamp.h"

namespace haul {
namespace {

constexpr std::uint8_t kTrue = 1;
constexpr std::array<std::uint8_t, 4> kOne{1, 0, 0, 0};

// A replacement that the server would refuse or change: it takes a first name with '$' for an
// operator and others for a mistake, and a zero timestamp for the present time.
bool NeedsLiteral(ByteView document) {
  ElementWalk walk(document);
  while (const auto element = walk.Next()) {
    if (element->key.starts_with('$')) return true;
  }
  return HasZeroTimestamp(document);
}

}  // namespace

KeyedCommand::KeyedCommand(const WriteCommandOptions& options, const KeyFields& key, KeyedMode mode)
    : key_(key),
      mode_(mode),
      head_(NewCommandHead(mode == KeyedMode::kDelete ? "delete" : "update", options)) {}

bson_t KeyedCommand::Build(const Batch& batch, std::span<const std::uint32_t> indices) {
  const ByteView head = head_.bytes();
  command_.Clear();
  OpenDocument command(command_);
  command_.Append(head.subspan(4, head.size() - 5));
  command.BeginElement(BsonType::kArray, mode_ == KeyedMode::kDelete ? "deletes" : "updates");
  OpenDocument statements(command_);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    statements.BeginElement(BsonType::kDocument, ArrayKey(i).view());
    AppendStatement(batch.at(indices[i]));
  }
  statements.End();
  command.End();
  return BorrowBson(command_.view());
}

void KeyedCommand::AppendStatement(ByteView document) {
  OpenDocument statement(command_);
  AppendQuery(statement, document);
  switch (mode_) {
    case KeyedMode::kInsertIfAbsent:
      AppendReplacement(statement, command_, Replacement::kLiteralIfNew, document);
      break;
    case KeyedMode::kReplace:
      if (NeedsLiteral(document)) {
        AppendReplacement(statement, command_, Replacement::kLiteral, document);
      } else {
        statement.AppendDocument("u", document);
      }
      break;
    case KeyedMode::kMerge:
      AppendReplacement(statement, command_, Replacement::kMerged, document);
      break;
    case KeyedMode::kDelete:
      statement.BeginElement(BsonType::kInt32, "limit");
      command_.Append(kOne);
      return statement.End();
  }
  statement.BeginElement(BsonType::kBool, "upsert");
  command_.Append({&kTrue, 1});
  statement.End();
}

void KeyedCommand::AppendQuery(OpenDocument& statement, ByteView document) {
  static_cast<void>(key_.Find(document, values_));
  statement.BeginElement(BsonType::kDocument, "q");
  OpenDocument query(command_);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::string& path = key_.paths()[i];
    query.BeginElement(BsonType::kDocument, path);
    OpenDocument condition(command_);
    if (mode_ == KeyedMode::kInsertIfAbsent && path == "_id") {
      // Equal, but not an equality that an upsert takes the _id from: a document without one is how
      // kLiteralIfNew knows that none was found.
      condition.Append("$gte", values_[i]);
      condition.Append("$lte", values_[i]);
    } else {
      condition.Append("$eq", values_[i]);
    }
    condition.End();
  }
  query.End();
}

}  // namespace haul
