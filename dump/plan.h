#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/mongo/catalog.h"
#include "core/mongo/snapshot.h"
#include "core/plan/collection_spec.h"
#include "core/plan/partition.h"
#include "dump/catalogue.h"
#include "dump/options.h"

namespace haul {

/// One collection, view or set of users and what the dump does with it.
struct PlannedCollection {
  CollectionSpec spec;
  Namespace data_ns;                  ///< where the documents lie
  Namespace archive_ns;               ///< how an archive calls data_ns
  std::string data_path;              ///< in the dump; empty = definition only (views)
  std::string metadata_path;          ///< empty = none (users and roles of one database)
  std::optional<Document> filter;     ///< what partitions of Order::kQuery select
  CollectionSize size;                ///< estimate
  std::vector<Partition> partitions;  ///< empty where data_path is
  bool resume_tokens = false;
  ReadPoint at;           ///< when it is read, and under which name
  std::string data_uuid;  ///< of data_ns; empty = not known, not checked

  /// Users, roles, the version of their schema and their like.
  [[nodiscard]] bool IsAdminData() const;
  /// Documents to ask of a server that is so far away in one reply.
  [[nodiscard]] std::uint32_t ReplyDocuments(std::chrono::milliseconds round_trip) const;
};

struct DumpPlan {
  Catalogue catalogue;                         ///< what it was made from
  std::vector<PlannedCollection> collections;  ///< users and roles, then largest first
  std::optional<Timestamp> oplog_start = {};   ///< with --oplog: from which entry on
  std::string oplog_path;                      ///< in the dump
  std::string prelude_folder;                  ///< "" = the dump's root

  [[nodiscard]] std::vector<std::string> Paths() const;
  [[nodiscard]] CollectionSize TotalSize() const;
  /// What a snapshot reads outside of its time, because the server keeps no history of it.
  [[nodiscard]] std::vector<Namespace> ReadAlone() const;
  /// Bytes that the dump will take on disk, guessed from the codec.
  [[nodiscard]] std::uint64_t EstimateStored(const CodecChoice& codec) const;
  /// For --dryRun: a line a collection.
  [[nodiscard]] std::string ToText() const;
  /// For --dryRun --json: an array, an object a collection.
  [[nodiscard]] std::string ToJson() const;
};

/// Reads the catalogue and cuts the collections. Throws as ReadCatalogue, and Error kUsage where a
/// collection that was asked for does not exist, or nothing is selected. Nothing to dump with
/// --allowMissing: no collections.
[[nodiscard]] DumpPlan MakeDumpPlan(const DumpSource& source);

}  // namespace haul
