#pragma once

#include <optional>

#include "core/bson/document.h"
#include "core/plan/collection_spec.h"
#include "dump/options.h"

namespace haul {

/// True where a dump takes the namespace: the filter selects it, and it is not one of the server's
/// own that a restore could not use (`local`, most of `config`, `system.*` but `system.js`). With
/// --db the database is taken whatever it is; with --collection nothing but the name counts.
[[nodiscard]] bool IsDumped(const DumpOptions& options, const Namespace& ns);
[[nodiscard]] bool IsDatabaseDumped(const DumpOptions& options, const std::string& database);

/// True for what a restore fills for a while and a killed one leaves: a collection beside its
/// target (core/plan/beside_name.h), users and roles that wait to be merged.
[[nodiscard]] bool IsLeftover(const Namespace& ns);

/// True where the server can tell what the collection or view held at a cluster time: it is not
/// capped and not one of the server's own (`local`, and `config` but for the sharding catalogue).
[[nodiscard]] bool HasHistory(const CollectionSpec& spec);

/// A query on a time-series collection as its buckets understand it: the meta field (and its
/// subfields) is called `meta` there. Throws Error kUsage for a query on any other field, which
/// buckets cannot answer.
[[nodiscard]] Document ToBucketsQuery(const Document& query, const CollectionSpec& spec);

}  // namespace haul
