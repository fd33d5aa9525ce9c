#pragma once

#include <vector>

#include "core/plan/collection_spec.h"

namespace haul {

/// How the indexes of a dump become those of a target, with mongorestore's names.
struct IndexRewrite {
  bool keep_version = false;     ///< --keepIndexVersion: `v` stays
  bool convert_legacy = false;   ///< --convertLegacyIndexes: key values like true or "" become 1
  bool fix_dotted_hash = false;  ///< --fixDottedHashIndex: a hashed dotted field becomes 1
};

/// The specifications for createIndexes, in the dump's order, without those that come with the
/// collection (on _id, clustered). `ns` is removed; `v` unless kept; an index that has no collation
/// in a collection that has one gets {locale: "simple"}, because that is what its absence meant; a
/// 2dsphere index without a version is version 1. With convert_legacy the second of two indexes
/// that have become the same key is left out. Pure.
[[nodiscard]] std::vector<Document> RewriteIndexes(const CollectionSpec& spec,
                                                   const IndexRewrite& rewrite);

/// The index on _id as `create` takes it (`idIndex`): {} where the dump has none or the collection
/// is clustered.
[[nodiscard]] Document IdIndexForCreate(const CollectionSpec& spec, bool keep_version);

}  // namespace haul
