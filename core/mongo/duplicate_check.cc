#include "core/mongo/duplicate_check.h"

#include <string>
#include <string_view>
#include <unordered_set>

#include "core/mongo/driver_handles.h"

namespace haul {
namespace {

constexpr std::size_t kMaxChunkDocuments = 1000;
constexpr std::size_t kMaxChunkBytes = std::size_t{4} * 1024 * 1024;

// How many of `indices` make one read.
std::size_t ChunkSize(const Batch& batch, std::span<const std::uint32_t> indices) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < indices.size() && count < kMaxChunkDocuments && bytes < kMaxChunkBytes) {
    bytes += batch.at(indices[count++]).size();
  }
  return count;
}

// {_id: {$in: [...]}} under the collection's own collation: only so the index on _id serves it, and
// what it finds too much is told apart by its bytes.
Document IdFilter(const Batch& batch, std::span<const std::uint32_t> indices) {
  Document filter;
  bson_t in;
  bson_t ids;
  BSON_APPEND_DOCUMENT_BEGIN(filter.bson(), "_id", &in);
  BSON_APPEND_ARRAY_BEGIN(&in, "$in", &ids);
  std::uint32_t position = 0;
  for (const std::uint32_t index : indices) {
    const bson_t document = BorrowBson(batch.at(index));
    bson_iter_t id;
    if (!bson_iter_init_find(&id, &document, "_id")) continue;
    const std::string key = std::to_string(position++);
    bson_append_iter(&ids, key.c_str(), static_cast<int>(key.size()), &id);
  }
  bson_append_array_end(&in, &ids);
  bson_append_document_end(filter.bson(), &in);
  return filter;
}

// Nothing, with `last` filled in, where the read fails.
std::unordered_set<std::string> ReadDocuments(mongoc_collection_t* collection,
                                              const Document& filter, CommandResult& last) {
  std::unordered_set<std::string> found;
  const CursorHandle cursor(
      mongoc_collection_find_with_opts(collection, filter.bson(), nullptr, nullptr));
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor.get(), &document)) {
    found.emplace(AsText({bson_get_data(document), document->len}));
  }
  const bson_t* reply = nullptr;
  last.ok = !mongoc_cursor_error_document(cursor.get(), &last.error, &reply);
  if (!last.ok && reply != nullptr) last.reply = Document(reply);
  return found;
}

}  // namespace

DuplicateCheck FindSameDocuments(const Client& client, const Namespace& ns, const Batch& batch,
                                 std::span<const std::uint32_t> indices) {
  DuplicateCheck result;
  result.last.ok = true;
  const CollectionHandle collection(
      mongoc_client_get_collection(client.get(), ns.database.c_str(), ns.collection.c_str()));
  // The comparison is with what the primary has just reported, so no other member may answer.
  const ReadPreferenceHandle primary(mongoc_read_prefs_new(MONGOC_READ_PRIMARY));
  mongoc_collection_set_read_prefs(collection.get(), primary.get());
  while (!indices.empty()) {
    const auto chunk = indices.first(ChunkSize(batch, indices));
    indices = indices.subspan(chunk.size());
    const auto found = ReadDocuments(collection.get(), IdFilter(batch, chunk), result.last);
    if (!result.last.ok) break;
    for (const std::uint32_t index : chunk) {
      const bool same = found.contains(std::string(AsText(batch.at(index))));
      (same ? result.same : result.others).push_back(index);
    }
  }
  return result;
}

}  // namespace haul
