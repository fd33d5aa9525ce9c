#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bson/document.h"
#include "core/bson/timestamp.h"
#include "core/cli/connection_options.h"
#include "core/cli/options.h"
#include "core/mongo/index_rewrite.h"
#include "core/plan/namespace_filter.h"
#include "core/plan/namespace_mapper.h"

namespace haul {

/// What the user typed. Every field's value here is its option's default.
struct RestoreFlags {
  ConnectionFlags connection;
  std::vector<std::string> positionals;
  std::string dir;
  std::optional<std::string> archive;
  std::string database;
  std::string collection;
  std::vector<std::string> ns_include;
  std::vector<std::string> ns_exclude;
  std::vector<std::string> exclude_collections;
  std::vector<std::string> exclude_prefixes;
  std::vector<std::string> ns_from;
  std::vector<std::string> ns_to;
  bool users_and_roles = false;
  bool allow_incomplete = false;
  bool oplog_replay = false;
  std::string oplog_limit;
  std::string oplog_file;
  bool drop = false;
  bool drop_first = false;
  bool no_indexes = false;
  bool indexes_only = false;
  bool no_options = false;
  bool preserve_uuid = false;
  bool bypass_validation = false;
  IndexRewrite indexes;
  std::string write_concern;
  bool objcheck = false;
  bool maintain_order = false;
  bool stop_on_error = false;
  std::string rejects;
  bool dry_run = false;
  bool allow_missing = false;
  bool imitates = false;  ///< called as mongorestore
  std::string without_effect;
  bool gzip = false;
  std::uint64_t max_rate = 0;
  std::optional<std::uint64_t> jobs;
  std::optional<std::uint64_t> parallel_collections;
  std::optional<std::uint64_t> workers_per_collection;
};

/// The defaults of mongorestore: what was asked for may be missing, and rejected documents are
/// counted but no failure.
[[nodiscard]] RestoreFlags FlagsOfMongorestore();

[[nodiscard]] Command RestoreCommand(RestoreFlags& flags);

/// The same, checked and ready: nothing left to parse.
struct RestoreOptions {
  ConnectionOptions connection;
  std::string path;                    ///< "-": the documents of one collection on standard input
  std::optional<std::string> archive;  ///< in place of `path`; "": standard input
  std::string database;    ///< of the target, or what to select out of a root; empty = as dumped
  std::string collection;  ///< of the target of a file, or what to select; empty = all
  NamespaceFilter include;
  NamespaceFilter exclude;        ///< what it does not select is left out
  bool names_namespaces = false;  ///< --nsInclude was given
  NamespaceMapper mapper;
  bool users_and_roles = false;
  bool allow_incomplete = false;
  bool oplog_replay = false;
  std::optional<Timestamp> oplog_limit;  ///< the first time that is not replayed
  std::string oplog_file;
  std::string spool_directory = "/tmp";  ///< for large transactions of the oplog
  bool drop = false;                     ///< also where drop_first is
  bool drop_first = false;               ///< never swap
  /// Drop first where the rights to swap are missing, as who stands in for mongorestore has to.
  bool swap_if_allowed = false;
  bool with_indexes = true;
  bool indexes_only = false;
  bool with_options = true;
  bool preserve_uuid = false;
  bool bypass_validation = false;
  IndexRewrite indexes;
  Document write_concern;
  bool objcheck = false;
  bool maintain_order = false;
  bool stop_on_error = false;
  std::string rejects;
  bool dry_run = false;
  bool allow_missing = false;
  bool rejects_fail = true;  ///< rejected documents are exit 3
  std::size_t jobs = 4;
  std::size_t parallel_collections = 0;    ///< at once; 0 = no limit
  std::size_t workers_per_collection = 0;  ///< 0 = no limit
  std::uint64_t max_rate = 0;              ///< bytes per second; 0 = no limit
};

/// Throws Error kUsage for what contradicts itself. No connection is made.
[[nodiscard]] RestoreOptions CheckRestoreOptions(const RestoreFlags& flags,
                                                 const ParsedOptions& parsed,
                                                 const Environment& environment);

}  // namespace haul
