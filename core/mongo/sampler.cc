#include "core/mongo/sampler.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "core/bson/element.h"
#include "core/mongo/server_cursor.h"

namespace haul {
namespace {

/// A document's place in both orders.
struct Sampled {
  Document id;  // {_id: value}
  std::int64_t record = 0;
};

// Below this a collection is not worth cutting: opening a cursor costs more than it wins.
constexpr std::uint64_t kSmallestPartition = 16 * 1024 * 1024;
constexpr std::uint64_t kMostSamples = 400;
// The server answers $sample from a random cursor, without reading the collection, up to 5 % of it.
constexpr std::uint64_t kDocumentsPerSample = 25;

std::vector<Document> FirstReply(const Client& client, const Namespace& ns,
                                 const Document& command) {
  CommandResult result = client.TryCommand(ns.database, command.bson());
  std::vector<Document> documents;
  if (!result.ok) return documents;
  const auto fields = FindDocument(result.reply.bytes(), "cursor");
  const auto batch = fields ? FindElement(*fields, "firstBatch") : std::nullopt;
  if (!batch) return documents;
  ElementWalk walk(batch->AsDocument().value_or(ByteView()));
  while (const auto element = walk.Next()) {
    if (const auto document = element->AsDocument()) documents.emplace_back(*document);
  }
  return documents;
}

// Sorted by the server: the order of mixed types, and of strings under a collation, is its own.
// `aggregate` takes no UUID; a sample of another collection would only cut badly.
std::vector<Document> SampleIds(const Client& client, const Namespace& ns, const ReadPoint& at,
                                std::uint64_t count) {
  Document command;
  BSON_APPEND_UTF8(command.bson(), "aggregate", ns.collection.c_str());
  AppendReadConcern(command, at);
  bson_t* pipeline =
      BCON_NEW("pipeline", "[", "{", "$sample", "{", "size",
               BCON_INT64(static_cast<std::int64_t>(count)), "}", "}", "{", "$project", "{", "_id",
               BCON_INT32(1), "}", "}", "{", "$sort", "{", "_id", BCON_INT32(1), "}", "}", "]",
               "cursor", "{", "batchSize", BCON_INT64(static_cast<std::int64_t>(count)), "}");
  bson_concat(command.bson(), pipeline);
  bson_destroy(pipeline);
  return FirstReply(client, ns, command);
}

std::vector<Sampled> WithRecordIds(const Client& client, const Namespace& ns, const ReadPoint& at,
                                   const std::vector<Document>& ids) {
  Document command = BeginFind(ns, at);
  bson_t filter;
  bson_t in;
  bson_t values;
  BSON_APPEND_DOCUMENT_BEGIN(command.bson(), "filter", &filter);
  BSON_APPEND_DOCUMENT_BEGIN(&filter, "_id", &in);
  BSON_APPEND_ARRAY_BEGIN(&in, "$in", &values);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    bson_iter_t iter;
    if (!bson_iter_init_find(&iter, ids[i].bson(), "_id")) continue;
    bson_append_iter(&values, std::to_string(i).c_str(), -1, &iter);
  }
  bson_append_array_end(&in, &values);
  bson_append_document_end(&filter, &in);
  bson_append_document_end(command.bson(), &filter);
  bson_t* rest = BCON_NEW("projection", "{", "_id", BCON_INT32(1), "}", "hint", "{", "_id",
                          BCON_INT32(1), "}", "showRecordId", BCON_BOOL(true), "batchSize",
                          BCON_INT64(static_cast<std::int64_t>(ids.size())));
  bson_concat(command.bson(), rest);
  bson_destroy(rest);

  std::vector<Sampled> sampled;
  for (const Document& found : FirstReply(client, ns, command)) {
    const auto record = FindElement(found.bytes(), "$recordId");
    bson_iter_t iter;
    if (!record || record->type != BsonType::kInt64) continue;
    if (!bson_iter_init_find(&iter, found.bson(), "_id")) continue;
    Sampled one;
    bson_append_iter(one.id.bson(), "_id", -1, &iter);
    one.record = record->AsInteger().value();
    sampled.push_back(std::move(one));
  }
  return sampled;
}

bool RecordsAscend(const std::vector<Sampled>& by_id) {
  std::size_t ascending = 0;
  for (std::size_t i = 1; i < by_id.size(); ++i) {
    if (by_id[i - 1].record < by_id[i].record) ++ascending;
  }
  return ascending * 10 >= (by_id.size() - 1) * 9;
}

bool IsExtreme(const Document& id) {
  const auto element = FindElement(id.bytes(), "_id");
  return element && (element->type == BsonType::kMinKey || element->type == BsonType::kMaxKey);
}

std::vector<Partition> CutByIds(std::vector<Document> ids, std::size_t parts) {
  std::erase_if(ids, IsExtreme);
  std::vector<Partition> partitions(1);
  partitions.back().order = Partition::Order::kIds;
  for (std::size_t i = 1; i < parts; ++i) {
    const std::size_t at = i * ids.size() / parts;
    if (at >= ids.size()) break;
    const std::optional<Document>& last = partitions.back().lower_id;
    if (last && *last == ids[at]) continue;
    partitions.back().upper_id = ids[at].Clone();
    partitions.emplace_back();
    partitions.back().order = Partition::Order::kIds;
    partitions.back().lower_id = ids[at].Clone();
  }
  return partitions;
}

std::vector<Partition> CutByRecords(std::vector<Sampled> sampled, std::size_t parts) {
  constexpr std::size_t kEarlier = 8;
  std::sort(sampled.begin(), sampled.end(),
            [](const Sampled& a, const Sampled& b) { return a.record < b.record; });
  std::vector<Partition> partitions(1);
  partitions.back().order = Partition::Order::kRecordIds;
  for (std::size_t i = 1; i < parts; ++i) {
    const std::size_t at = i * sampled.size() / parts;
    const std::int64_t record = sampled[at].record;
    if (at == 0 || partitions.back().lower_record == record) continue;
    partitions.back().upper_record = record;
    partitions.emplace_back();
    partitions.back().order = Partition::Order::kRecordIds;
    partitions.back().lower_record = record;
    for (std::size_t back = at; back > 0 && at - back < kEarlier; --back) {
      partitions.back().earlier_records.push_back(sampled[back - 1].record);
    }
  }
  return partitions;
}

std::vector<Partition> OnePartition(Partition::Order order) {
  std::vector<Partition> partitions(1);
  partitions.back().order = order;
  return partitions;
}

bool HasIdIndex(const CollectionSpec& spec) {
  return std::any_of(spec.indexes.begin(), spec.indexes.end(), [](const Document& index) {
    const auto name = FindElement(index.bytes(), "name");
    return name && name->AsString() == "_id_";
  });
}

}  // namespace

bool GivesResumeTokens(const Deployment& deployment, const CollectionSpec& spec) {
  constexpr int kFirstMajor = 5;  // 4.4 has them with another permission; untested there
  return !deployment.info().mongos && deployment.info().major >= kFirstMajor && !spec.clustered() &&
         !spec.capped() && spec.type == CollectionType::kCollection;
}

std::uint64_t CacheBytes(const Client& client) {
  Document command;
  BSON_APPEND_INT32(command.bson(), "serverStatus", 1);
  const CommandResult result = client.TryCommand("admin", command.bson());
  bson_iter_t top;
  bson_iter_t found;
  if (!result.ok || !bson_iter_init(&top, result.reply.bson())) return 0;
  if (!bson_iter_find_descendant(&top, "wiredTiger.cache.maximum bytes configured", &found))
    return 0;
  return static_cast<std::uint64_t>(bson_iter_as_int64(&found));
}

std::vector<Partition> CutCollection(const Client& client, const CollectionSpec& spec,
                                     const PartitionRequest& request) {
  const bool by_cluster_key = spec.clustered() || spec.type == CollectionType::kTimeSeries;
  const bool ids_possible = by_cluster_key || HasIdIndex(spec);
  if (spec.capped() || !ids_possible) return OnePartition(Partition::Order::kWhole);
  const Partition::Order uncut = by_cluster_key ? Partition::Order::kIds : Partition::Order::kWhole;

  const std::uint64_t samples =
      std::min(kMostSamples, request.size.documents / kDocumentsPerSample);
  const std::uint64_t parts =
      std::min<std::uint64_t>({request.most, request.size.bytes / kSmallestPartition, samples / 2});
  if (parts < 2) return OnePartition(uncut);

  const Namespace ns = spec.DataNamespace();
  std::vector<Document> ids = SampleIds(client, ns, request.at, samples);
  if (ids.size() < parts) return OnePartition(uncut);
  if (by_cluster_key) return CutByIds(std::move(ids), parts);

  std::vector<Sampled> sampled = WithRecordIds(client, ns, request.at, ids);
  if (request.resume_tokens && sampled.size() >= parts) {
    return CutByRecords(std::move(sampled), parts);
  }
  const bool in_cache = request.cache_bytes > 0 && request.size.bytes <= request.cache_bytes / 2;
  if (in_cache || (!sampled.empty() && RecordsAscend(sampled))) {
    return CutByIds(std::move(ids), parts);
  }
  return OnePartition(uncut);
}

}  // namespace haul
