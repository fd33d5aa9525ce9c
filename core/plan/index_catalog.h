#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "core/bson/element.h"
#include "core/plan/collection_spec.h"

namespace haul {

/// The indexes that collections have at one time of an oplog: begins with those of a dump, is
/// edited by what the oplog's entries say, and is built when all of them are applied. So no unique
/// index stands in the way of entries that are applied a second time, and a renamed collection
/// takes its indexes with it. Names are the target's; the buckets of a time-series collection,
/// which the oplog knows by their own name, are a second collection beside the logical one. Pure.
class IndexCatalog {
 public:
  /// A collection of the dump: type, options and indexes.
  void Add(const CollectionSpec& spec);

  /// The collection exists anew: no indexes but the one on _id. `options` is the `o` of a `create`.
  void Create(const Namespace& ns, ByteView options);
  void Drop(const Namespace& ns);
  /// With its indexes; a collection that had the name is gone.
  void Rename(const Namespace& from, const Namespace& to);

  /// One that has the same name is replaced. Error kCorrupt for what is no index.
  void AddIndex(const Namespace& ns, ByteView index);
  /// `which` is the `index` field of a `dropIndexes`: a name, "*", a key, or an array of these.
  /// What is not there stays away.
  void DropIndexes(const Namespace& ns, const Element& which);
  /// `change` is the `index` of a `collMod`. False where there is no such index. Error
  /// kSourceChanged for an attribute that is not known.
  [[nodiscard]] bool Modify(const Namespace& ns, ByteView change);

  /// All collections, sorted; those of a time-series collection's buckets with their raw indexes.
  [[nodiscard]] std::vector<CollectionSpec> Collections() const;

 private:
  /// The collection and, for buckets, the logical one beside it.
  [[nodiscard]] std::vector<CollectionSpec*> Find(const Namespace& ns);

  std::map<Namespace, CollectionSpec> collections_;
};

}  // namespace haul
