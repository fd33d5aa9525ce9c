#include "core/mongo/find_documents.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/bson/open_document.h"
#include "core/mongo/driver_error.h"
#include "core/mongo/driver_handles.h"
#include "core/mongo/retry.h"
#include "core/mongo/server_selection.h"

namespace haul {
namespace {

constexpr std::uint32_t kMaxChunkDocuments = 1000;

CommandResult TryFind(const Client& client, const DocumentQuery& query,
                      std::vector<Document>& documents) {
  const CollectionHandle collection(mongoc_client_get_collection(
      client.get(), query.ns.database.c_str(), query.ns.collection.c_str()));
  const ReadPreferenceHandle primary(mongoc_read_prefs_new(MONGOC_READ_PRIMARY));
  Document opts;
  if (query.limit > 0) BSON_APPEND_INT64(opts.bson(), "limit", query.limit);
  client.JoinTransaction(opts.bson());
  const CursorHandle cursor(mongoc_collection_find_with_opts(collection.get(), query.filter.bson(),
                                                             opts.bson(), primary.get()));
  CommandResult last;
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document)) documents.emplace_back(document);
  const bson_t* reply = nullptr;
  last.ok = !mongoc_cursor_error_document(cursor.get(), &last.error, &reply);
  if (!last.ok && reply != nullptr) last.reply = Document(reply);
  return last;
}

void AppendEquals(OpenDocument& query, ByteBuffer& buffer, std::string_view path,
                  const Element& value) {
  query.BeginElement(BsonType::kDocument, path);
  OpenDocument condition(buffer);
  condition.Append("$eq", value);
  condition.End();
}

}  // namespace

std::vector<Document> FindDocuments(const Deployment& deployment, const Client& client,
                                    const DocumentQuery& query) {
  Backoff backoff(deployment.retry_for(), deployment.stop());
  const std::string operation = "find in " + Display(query.ns);
  for (;;) {
    std::vector<Document> documents;
    const auto began = std::chrono::steady_clock::now();
    const CommandResult last = TryFind(client, query, documents);
    if (last.ok) return documents;
    const bool again = IsTransient(last.error, last.reply.bson()) &&
                       !SelectionOutlasted(last.error, began, deployment.retry_for()) &&
                       !client.in_transaction();
    if (!again || !backoff.Wait()) throw DriverError(operation, last.error, last.reply.bson());
  }
}

KeyedReader::KeyedReader(const Deployment& deployment, const Client& client, const KeyFields& key,
                         Namespace ns)
    : deployment_(deployment), client_(client), key_(key), ns_(std::move(ns)) {}

std::vector<std::optional<Document>> KeyedReader::Find(const Batch& batch) {
  found_.clear();
  found_.resize(batch.documents());
  const auto documents = static_cast<std::uint32_t>(batch.documents());
  for (std::uint32_t begin = 0; begin < documents;) {
    const std::uint32_t end = std::min(documents, begin + kMaxChunkDocuments);
    FindChunk(batch, begin, end);
    begin = end;
  }
  return std::move(found_);
}

// {$or: [{a: {$eq: …}, b: {$eq: …}}, …]}, and where the key is one field {a: {$in: […]}}, which one
// walk over an index serves.
Document KeyedReader::Filter(const Batch& batch, std::uint32_t begin, std::uint32_t end) {
  ByteBuffer buffer;
  OpenDocument filter(buffer);
  const bool one_field = key_.paths().size() == 1;
  OpenDocument* outer = &filter;
  std::optional<OpenDocument> in;
  if (one_field && end - begin > 1) {
    filter.BeginElement(BsonType::kDocument, key_.paths().front());
    in.emplace(buffer);
    outer = &*in;
  }
  outer->BeginElement(BsonType::kArray, in ? "$in" : "$or");
  OpenDocument array(buffer);
  for (std::uint32_t i = begin; i < end; ++i) {
    static_cast<void>(key_.Find(batch.at(i), values_));
    const std::string index = std::to_string(i - begin);
    if (in) {
      array.Append(index, values_.front());
      continue;
    }
    array.BeginElement(BsonType::kDocument, index);
    OpenDocument query(buffer);
    for (std::size_t part = 0; part < values_.size(); ++part) {
      AppendEquals(query, buffer, key_.paths()[part], values_[part]);
    }
    query.End();
  }
  array.End();
  if (in) in->End();
  filter.End();
  return Document(buffer.view());
}

void KeyedReader::FindChunk(const Batch& batch, std::uint32_t begin, std::uint32_t end) {
  const Document filter = Filter(batch, begin, end);
  std::vector<Document> documents = FindDocuments(deployment_, client_, {ns_, filter});
  if (documents.empty()) return;
  if (end - begin == 1) {
    found_[begin] = std::move(documents.front());
    return;
  }
  std::unordered_map<std::uint64_t, Document*> by_key;
  for (Document& document : documents) {
    static_cast<void>(key_.Find(document.bytes(), values_));
    by_key.emplace(HashKey(values_), &document);
  }
  std::size_t matched = 0;
  for (std::uint32_t i = begin; i < end; ++i) {
    static_cast<void>(key_.Find(batch.at(i), values_));
    const auto at = by_key.find(HashKey(values_));
    if (at == by_key.end()) continue;
    found_[i] = at->second->Clone();
    ++matched;
  }
  if (matched == documents.size()) return;
  // The collection's collation, or an array, makes values equal that differ in their bytes: then
  // each is asked for alone.
  for (std::uint32_t i = begin; i < end; ++i) {
    if (!found_[i]) FindChunk(batch, i, i + 1);
  }
}

}  // namespace haul
