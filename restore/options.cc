#include "restore/options.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.h"
#include "core/bson/extended_json.h"
#include "core/cli/common_options.h"
#include "formats/reject_file.h"
#include "restore/oplog_source.h"

namespace haul {
namespace {

Error Usage(std::string message, std::string hint = {}) {
  return {ExitCode::kUsage, std::move(message), std::move(hint)};
}

void CheckIndexesOnly(const RestoreFlags& flags) {
  if (!flags.indexes_only) return;
  for (const auto& [given, name] :
       {std::pair{flags.drop, "--drop"}, std::pair{flags.drop_first, "--dropFirst"},
        std::pair{flags.no_indexes, "--noIndexRestore"},
        std::pair{flags.oplog_replay, "--oplogReplay"},
        std::pair{flags.users_and_roles, "--restoreDbUsersAndRoles"}}) {
    if (given) {
      throw Usage(fmt::format("--indexesOnly and {} exclude each other", name),
                  "--indexesOnly touches nothing but indexes");
    }
  }
}

void CheckCombinations(const RestoreFlags& flags, const RestoreOptions& options) {
  if (!flags.oplog_replay && !flags.oplog_limit.empty()) {
    throw Usage("--oplogLimit needs --oplogReplay");
  }
  if (!flags.oplog_replay && !flags.oplog_file.empty()) {
    throw Usage("--oplogFile needs --oplogReplay");
  }
  CheckIndexesOnly(flags);
  const bool excludes = !flags.exclude_collections.empty() || !flags.exclude_prefixes.empty();
  if (flags.preserve_uuid && !flags.drop && !flags.drop_first) {
    throw Usage("--preserveUUID needs --drop: an existing collection keeps its UUID");
  }
  if (flags.maintain_order && flags.workers_per_collection.value_or(1) > 1) {
    throw Usage(
        "--maintainInsertionOrder means one worker on a collection, "
        "--numInsertionWorkersPerCollection asks for more");
  }
  if (flags.users_and_roles && options.database.empty()) {
    throw Usage("--restoreDbUsersAndRoles needs --db",
                "a restore of a whole dump restores all users and roles");
  }
  if (flags.users_and_roles && options.database == "admin") {
    throw Usage("--restoreDbUsersAndRoles and --db admin exclude each other",
                "restoring the database admin restores all users and roles");
  }
  if (excludes && !options.collection.empty()) {
    throw Usage("--collection and --excludeCollection exclude each other");
  }
  if (options.collection.starts_with(kBucketsPrefix)) {
    throw Usage("--collection names the buckets of a time-series collection",
                fmt::format("use --collection {}", LogicalCollection(options.collection)));
  }
}

void CheckArchive(const RestoreFlags& flags) {
  if (!flags.archive) return;
  const bool names_path = !flags.positionals.empty() || !flags.dir.empty();
  // mongorestore passes over a directory that is named beside an archive, but not over "-".
  const bool dash = flags.dir == "-" || (!flags.positionals.empty() && flags.positionals[0] == "-");
  if (dash || (names_path && !flags.imitates)) {
    throw Usage("--archive and a directory or file both name what to restore",
                "a file follows --archive after =, without a space: --archive=FILE");
  }
  if (!flags.oplog_file.empty()) {
    throw Usage("--oplogFile is for directories: an archive's oplog is in it");
  }
  if (flags.allow_incomplete) {
    throw Usage("--allowIncomplete is for directories: an archive that was cut is not restored");
  }
}

std::string PathOf(const RestoreFlags& flags) {
  if (!flags.dir.empty() && !flags.positionals.empty()) {
    throw Usage("--dir and a positional argument both name what to restore", "give one of them");
  }
  const std::string path = flags.positionals.empty() ? flags.dir : flags.positionals.front();
  return path.empty() ? "dump" : path;
}

void CheckStandardInput(const RestoreOptions& options) {
  if (options.archive || options.path != "-") return;
  if (!options.database.empty() && !options.collection.empty()) return;
  throw Usage("the documents on standard input belong to one collection",
              "name it with --db and --collection; an archive is read with --archive");
}

NamespaceMapper MapperOf(const RestoreFlags& flags) {
  if (flags.ns_from.size() != flags.ns_to.size()) {
    throw Usage(fmt::format("{} --nsFrom but {} --nsTo: they go in pairs", flags.ns_from.size(),
                            flags.ns_to.size()));
  }
  std::vector<NamespaceMapper::Rename> renames;
  for (std::size_t i = 0; i < flags.ns_from.size(); ++i) {
    renames.push_back({flags.ns_from[i], flags.ns_to[i]});
  }
  return NamespaceMapper(renames);
}

}  // namespace

RestoreOptions CheckRestoreOptions(const RestoreFlags& flags, const ParsedOptions& parsed,
                                   const Environment& environment) {
  RestoreOptions options;
  CheckArchive(flags);
  options.path = PathOf(flags);
  options.spool_directory = environment.Get("TMPDIR").value_or(options.spool_directory);
  options.archive = flags.archive;
  ConnectionContext context{.app_name = "haul-restore", .role = ServerRole::kTarget};
  if (!flags.database.empty()) context.database = flags.database;
  options.connection = ResolveConnection(flags.connection, parsed, environment, context);
  options.database = options.connection.database;
  options.collection = flags.collection;
  if (!options.database.empty()) CheckDatabaseName(options.database, "--db");
  if (!options.collection.empty()) CheckCollectionName(options.collection, "--collection");
  CheckCombinations(flags, options);
  CheckStandardInput(options);

  NamespaceFilter::Rules include;
  include.include = flags.ns_include;
  options.include = NamespaceFilter(include);
  NamespaceFilter::Rules exclude;
  exclude.exclude = flags.ns_exclude;
  exclude.exclude_collections = flags.exclude_collections;
  exclude.exclude_prefixes = flags.exclude_prefixes;
  options.exclude = NamespaceFilter(exclude);
  options.names_namespaces = !flags.ns_include.empty();
  options.mapper = MapperOf(flags);
  options.users_and_roles = flags.users_and_roles;
  options.allow_incomplete = flags.allow_incomplete;
  options.oplog_replay = flags.oplog_replay;
  if (!flags.oplog_limit.empty()) options.oplog_limit = ParseOplogLimit(flags.oplog_limit);
  options.oplog_file = flags.oplog_file;
  options.drop = flags.drop || flags.drop_first;
  options.drop_first = flags.drop_first;
  options.swap_if_allowed = flags.imitates;
  options.with_indexes = !flags.no_indexes;
  options.indexes_only = flags.indexes_only;
  options.with_options = !flags.no_options;
  options.preserve_uuid = flags.preserve_uuid;
  options.bypass_validation = flags.bypass_validation;
  options.indexes = flags.indexes;
  options.write_concern = ParseExtendedJson(
      ToJson(ChooseWriteConcern(flags.write_concern, options.connection.uri_write_concern)),
      "--writeConcern");
  options.objcheck = flags.objcheck;
  options.maintain_order = flags.maintain_order;
  options.stop_on_error = flags.stop_on_error || flags.maintain_order;
  options.rejects = flags.rejects.empty() ? RejectFile::OwnName() : flags.rejects;
  options.dry_run = flags.dry_run;
  options.allow_missing = flags.allow_missing;
  options.rejects_fail = !flags.imitates;
  options.jobs = JobsOrDefault(flags.jobs);
  options.parallel_collections = flags.parallel_collections.value_or(0);
  options.max_rate = flags.max_rate;
  options.workers_per_collection = flags.workers_per_collection.value_or(0);
  return options;
}

}  // namespace haul
