#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bson/document.h"
#include "core/cli/connection_options.h"
#include "core/cli/options.h"
#include "core/plan/namespace_filter.h"
#include "dump/destination.h"

namespace haul {

/// What the user typed. Every field's value here is its option's default.
struct DumpFlags {
  ConnectionFlags connection;
  std::string database;
  std::string collection;
  std::optional<std::string> query;
  std::optional<std::string> query_file;
  std::vector<std::string> exclude_collections;
  std::vector<std::string> exclude_prefixes;
  std::vector<std::string> ns_include;
  std::vector<std::string> ns_exclude;
  bool views_as_collections = false;
  bool users_and_roles = false;
  bool force_table_scan = false;
  bool snapshot = false;
  bool oplog = false;
  std::string out = "dump";
  std::optional<std::string> archive;
  std::string compress = "zstd:2";
  bool gzip = false;
  bool overwrite = false;
  bool no_sync = false;
  bool check_space = false;
  bool dry_run = false;
  bool json = false;
  bool allow_missing = false;
  bool imitates = false;  ///< called as mongodump
  std::optional<std::uint64_t> jobs;
  std::optional<std::uint64_t> parallel_collections;
  std::uint64_t max_rate = 0;
};

/// The defaults of mongodump: no compression, an existing directory is written over, and what was
/// asked for may be missing.
[[nodiscard]] DumpFlags FlagsOfMongodump();

[[nodiscard]] Command DumpCommand(DumpFlags& flags);

/// The same, checked and ready: nothing left to parse.
struct DumpOptions {
  ConnectionOptions connection;
  std::string database;    ///< empty = all
  std::string collection;  ///< empty = all of the database
  std::optional<Document> query;
  NamespaceFilter filter;
  bool views_as_collections = false;
  bool users_and_roles = false;
  bool snapshot = false;  ///< all collections at one cluster time
  bool oplog = false;     ///< with the oplog of the time that the dump takes
  Destination destination;
  bool overwrite = false;
  bool sync = true;
  bool check_space = false;
  bool dry_run = false;
  bool json = false;  ///< the plan of a dry run
  bool allow_missing = false;
  std::size_t jobs = 4;
  std::size_t parallel_collections = 0;  ///< at once; 0 = no limit
  std::uint64_t max_rate = 0;            ///< bytes per second; 0 = no limit
  Document selection;                    ///< what selected the data, for the manifest
};

/// Throws Error kUsage for what contradicts itself. No connection is made. `now` expands --out.
[[nodiscard]] DumpOptions CheckDumpOptions(const DumpFlags& flags, const ParsedOptions& parsed,
                                           const Environment& environment,
                                           std::chrono::system_clock::time_point now);

}  // namespace haul
