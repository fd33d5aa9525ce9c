#include "core/mongo/write_command.h"

#include <cstring>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/open_document.h"
#include "core/mongo/replacement.h"

namespace haul {
namespace {

// {$and: [{_id: {$eq: ID}}, {_id: {$exists: false}}]}: matches nothing, so the upsert always
// inserts, and yet it names the _id as upserts have to.
void AppendNoMatch(OpenDocument& statement, ByteBuffer& buffer, const Element& id) {
  Document never;
  bson_t exists;
  BSON_APPEND_DOCUMENT_BEGIN(never.bson(), "_id", &exists);
  BSON_APPEND_BOOL(&exists, "$exists", false);
  bson_append_document_end(never.bson(), &exists);

  statement.BeginElement(BsonType::kDocument, "q");
  OpenDocument query(buffer);
  query.BeginElement(BsonType::kArray, "$and");
  OpenDocument both(buffer);
  both.BeginElement(BsonType::kDocument, "0");
  OpenDocument equal(buffer);
  equal.BeginElement(BsonType::kDocument, "_id");
  OpenDocument value(buffer);
  value.BeginElement(id.type, "$eq");
  buffer.Append(id.value);
  value.End();
  equal.End();
  both.BeginElement(BsonType::kDocument, "1");
  buffer.Append(never.bytes());
  both.End();
  query.End();
}

void AppendExactUpsert(ByteBuffer& buffer, ByteView document) {
  const auto id = FindElement(document, "_id");
  if (!id) throw Error(ExitCode::kCorrupt, "a document has no _id");
  OpenDocument statement(buffer);
  AppendNoMatch(statement, buffer, *id);
  AppendReplacement(statement, buffer, Replacement::kLiteral, document);
  statement.BeginElement(BsonType::kBool, "upsert");
  constexpr std::uint8_t kTrue = 1;
  buffer.Append({&kTrue, 1});
  statement.End();
}

std::size_t StatementIndex(ByteView entry, std::size_t statements) {
  const auto index = FindElement(entry, "index");
  const auto number = static_cast<std::size_t>(index ? index->AsInteger().value_or(-1) : -1);
  if (number >= statements) {
    throw Error(ExitCode::kInternal, "the server's reply names a statement that was not sent");
  }
  return number;
}

std::vector<std::string> KeyNames(ByteView pattern) {
  std::vector<std::string> names;
  ElementWalk walk(pattern);
  while (const auto field = walk.Next()) names.emplace_back(field->key);
  return names;
}

void ParseUpserted(ByteView reply, std::size_t statements, WriteReply& result) {
  const auto upserted = FindDocument(reply, "upserted");
  if (!upserted) return;
  ElementWalk walk(*upserted);
  while (const auto entry = walk.Next()) {
    const ByteView details = entry->AsDocument().value_or(ByteView());
    if (!details.empty()) result.upserted.push_back(StatementIndex(details, statements));
  }
}

}  // namespace

Document DeleteAllCommand(const std::string& collection) {
  Document command;
  bson_t deletes;
  bson_t statement;
  bson_t query;
  BSON_APPEND_UTF8(command.bson(), "delete", collection.c_str());
  BSON_APPEND_ARRAY_BEGIN(command.bson(), "deletes", &deletes);
  BSON_APPEND_DOCUMENT_BEGIN(&deletes, "0", &statement);
  BSON_APPEND_DOCUMENT_BEGIN(&statement, "q", &query);
  bson_append_document_end(&statement, &query);
  BSON_APPEND_INT32(&statement, "limit", 0);
  bson_append_document_end(&deletes, &statement);
  bson_append_array_end(command.bson(), &deletes);
  return command;
}

Document NewCommandHead(const char* name, const WriteCommandOptions& options) {
  Document head;
  bson_append_utf8(head.bson(), name, -1, options.collection.c_str(),
                   static_cast<int>(options.collection.size()));
  BSON_APPEND_BOOL(head.bson(), "ordered", options.ordered);
  if (options.bypass_validation) BSON_APPEND_BOOL(head.bson(), "bypassDocumentValidation", true);
  AppendWriteConcern(head.bson(), options.write_concern);
  return head;
}

void AppendWriteConcern(bson_t* command, const Document& write_concern) {
  if (write_concern.empty()) return;
  BSON_APPEND_DOCUMENT(command, "writeConcern", write_concern.bson());
}

WriteCommand::WriteCommand(const WriteCommandOptions& options)
    : insert_head_(NewCommandHead("insert", options)),
      update_head_(NewCommandHead("update", options)) {
  if (options.bypass_timestamp_replacement) {
    BSON_APPEND_BOOL(insert_head_.bson(), "bypassEmptyTsReplacement", true);
  }
}

bson_t WriteCommand::Build(Kind kind, const Batch& batch, std::span<const std::uint32_t> indices) {
  const bool insert = kind == Kind::kInsert;
  const ByteView head = (insert ? insert_head_ : update_head_).bytes();
  command_.Clear();
  OpenDocument command(command_);
  command_.Append(head.subspan(4, head.size() - 5));
  command.BeginElement(BsonType::kArray, insert ? "documents" : "updates");
  OpenDocument statements(command_);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    statements.BeginElement(BsonType::kDocument, ArrayKey(i).view());
    const ByteView document = batch.at(indices[i]);
    insert ? command_.Append(document) : AppendExactUpsert(command_, document);
  }
  statements.End();
  command.End();
  return BorrowBson(command_.view());
}

WriteReply ParseWriteReply(ByteView reply, std::size_t statements) {
  WriteReply result;
  if (const auto n = FindElement(reply, "n")) {
    result.written = static_cast<std::uint64_t>(n->AsInteger().value_or(0));
  }
  if (const auto modified = FindElement(reply, "nModified")) {
    result.modified = static_cast<std::uint64_t>(modified->AsInteger().value_or(0));
  }
  ParseUpserted(reply, statements, result);
  const auto errors = FindElement(reply, "writeErrors");
  if (!errors || !errors->AsDocument()) return result;
  ElementWalk walk(*errors->AsDocument());
  while (const auto entry = walk.Next()) {
    const ByteView details = entry->AsDocument().value_or(ByteView());
    if (details.empty()) continue;
    const auto code = FindElement(details, "code");
    const auto message = FindElement(details, "errmsg");
    WriteError error;
    error.index = StatementIndex(details, statements);
    error.code = static_cast<int>(code ? code->AsInteger().value_or(0) : 0);
    if (message) error.message = std::string(message->AsString().value_or(""));
    if (const auto pattern = FindDocument(details, "keyPattern")) error.key = KeyNames(*pattern);
    result.errors.push_back(std::move(error));
  }
  return result;
}

}  // namespace haul
