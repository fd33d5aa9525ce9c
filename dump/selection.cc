#include "dump/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/bson/element.h"
#include "core/mongo/user_writer.h"
#include "core/plan/beside_name.h"

namespace haul {
namespace {

// What a full dump takes of `config`: the sharding catalogue.
constexpr std::array<std::string_view, 7> kConfigCollections = {
    "chunks", "collections", "databases", "settings", "shards", "tags", "version"};

bool IsShardingCatalogue(std::string_view collection) {
  return std::find(kConfigCollections.begin(), kConfigCollections.end(), collection) !=
         kConfigCollections.end();
}

bool IsInternalDatabase(std::string_view database) {
  return database == "local" || database.starts_with("__mdb_internal");
}

void AppendRewritten(bson_t* to, bson_iter_t* from, const std::string& meta_field);

void AppendClauses(bson_t* to, const char* key, bson_iter_t* list, const std::string& meta_field) {
  bson_iter_t clause;
  bson_t clauses;
  BSON_APPEND_ARRAY_BEGIN(to, key, &clauses);
  bson_iter_recurse(list, &clause);
  while (bson_iter_next(&clause)) {
    bson_t rewritten;
    BSON_APPEND_DOCUMENT_BEGIN(&clauses, bson_iter_key(&clause), &rewritten);
    bson_iter_t field;
    if (BSON_ITER_HOLDS_DOCUMENT(&clause) && bson_iter_recurse(&clause, &field)) {
      AppendRewritten(&rewritten, &field, meta_field);
    }
    bson_append_document_end(&clauses, &rewritten);
  }
  bson_append_array_end(to, &clauses);
}

void AppendRewritten(bson_t* to, bson_iter_t* from, const std::string& meta_field) {
  while (bson_iter_next(from)) {
    const std::string key = bson_iter_key(from);
    const bool is_logical = key == "$and" || key == "$or" || key == "$nor";
    if (is_logical && BSON_ITER_HOLDS_ARRAY(from)) {
      AppendClauses(to, key.c_str(), from, meta_field);
    } else if (!meta_field.empty() && (key == meta_field || key.starts_with(meta_field + '.'))) {
      bson_append_iter(to, ("meta" + key.substr(meta_field.size())).c_str(), -1, from);
    } else {
      throw Error(ExitCode::kUsage,
                  fmt::format("--query on '{}': the documents of a time-series collection lie in "
                              "buckets, which can be selected by the meta field only",
                              key),
                  meta_field.empty() ? "this collection has no meta field: dump it whole"
                                     : fmt::format("query on '{}'", meta_field));
    }
  }
}

}  // namespace

bool IsDatabaseDumped(const DumpOptions& options, const std::string& database) {
  if (!options.database.empty()) return database == options.database;
  return !IsInternalDatabase(database) && options.filter.MaySelectIn(database);
}

bool IsDumped(const DumpOptions& options, const Namespace& ns) {
  if (!IsDatabaseDumped(options, ns.database) || !options.filter.Selects(ns)) return false;
  if (!options.collection.empty()) return true;
  if (ns.database == "admin") return ns.collection != "system.keys";
  if (ns.database == "config") {
    return !options.database.empty() || IsShardingCatalogue(ns.collection);
  }
  return !ns.collection.starts_with("system.") || ns.collection == "system.js";
}

bool IsLeftover(const Namespace& ns) {
  return RunOfBesideName(ns.collection) || ns == TemporaryUsers() || ns == TemporaryRoles();
}

bool HasHistory(const CollectionSpec& spec) {
  if (spec.capped() || spec.ns.database == "local") return false;
  return spec.ns.database != "config" || IsShardingCatalogue(spec.ns.collection);
}

Document ToBucketsQuery(const Document& query, const CollectionSpec& spec) {
  const auto fields = FindDocument(spec.options.bytes(), "timeseries");
  const std::string meta_field(fields ? FindString(*fields, "metaField") : "");
  Document rewritten;
  bson_iter_t field;
  if (bson_iter_init(&field, query.bson())) AppendRewritten(rewritten.bson(), &field, meta_field);
  return rewritten;
}

}  // namespace haul
