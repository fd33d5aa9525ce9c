#include "restore/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

#include "core/base/error.h"
#include "formats/reject_file.h"
#include "restore/oplog_source.h"

namespace haul {
namespace {

OptionGroup SelectionGroup(RestoreFlags& flags) {
  return {
      "What to restore, and under which name",
      {
          {.name = "db",
           .letter = 'd',
           .field = TextField{&flags.database},
           .argument = "NAME",
           .help = "the database that a folder or file goes to; selects it out of a whole dump"},
          {.name = "collection",
           .letter = 'c',
           .field = TextField{&flags.collection},
           .argument = "NAME",
           .help = "the collection that a file goes to; selects it out of a folder or dump"},
          {.name = "nsInclude",
           .field = TextsField{&flags.ns_include},
           .argument = "PATTERN",
           .help = "only namespaces that match, * is any text"},
          {.name = "nsExclude",
           .field = TextsField{&flags.ns_exclude},
           .argument = "PATTERN",
           .help = "no namespaces that match"},
          {.name = "nsFrom",
           .field = TextsField{&flags.ns_from},
           .argument = "PATTERN",
           .help = "namespaces to rename: * or $name$ stand for any text"},
          {.name = "nsTo",
           .field = TextsField{&flags.ns_to},
           .argument = "PATTERN",
           .help = "their new names, one for each --nsFrom; of several pairs the last counts"},
          {.name = "excludeCollection",
           .field = TextsField{&flags.exclude_collections},
           .argument = "NAME",
           .help = "a collection to leave out"},
          {.name = "excludeCollectionsWithPrefix",
           .field = TextsField{&flags.exclude_prefixes},
           .argument = "PREFIX",
           .help = "collections to leave out"},
          {.name = "restoreDbUsersAndRoles",
           .field = FlagField{&flags.users_and_roles},
           .help = "also the users and roles of --db"},
          {.name = "dir",
           .field = TextField{&flags.dir},
           .argument = "PATH",
           .help = "the same as the positional argument"},
          {.name = "archive",
           .field = OptionalValueField{&flags.archive},
           .argument = "FILE",
           .help = "an archive instead of a directory; without a value from standard input"},
          {.name = "allowIncomplete",
           .field = FlagField{&flags.allow_incomplete},
           .help = "of an unfinished dump restore what it holds for certain"},
          {.name = "allowMissing",
           .field = FlagField{&flags.allow_missing},
           .help = "finding nothing of what was asked for is no error"},
      }};
}

OptionGroup OplogGroup(RestoreFlags& flags) {
  return {"One point in time",
          {
              {.name = "oplogReplay",
               .field = FlagField{&flags.oplog_replay},
               .help = "apply the dump's oplog to what was restored, so that all of it is of one "
                       "time"},
              {.name = "oplogLimit",
               .field = TextField{&flags.oplog_limit},
               .argument = "SECONDS[:INCREMENT]",
               .help = "apply only entries before this time"},
              {.name = "oplogFile",
               .field = TextField{&flags.oplog_file},
               .argument = "FILE",
               .help = "the oplog to apply, where the dump holds none"},
          }};
}

OptionGroup TargetGroup(RestoreFlags& flags) {
  return {"How the target is written",
          {
              {.name = "drop",
               .field = FlagField{&flags.drop},
               .help = "replace each collection that is restored, once the new one is complete"},
              {.name = "dropFirst",
               .field = FlagField{&flags.drop_first},
               .help = "drop each collection before it is restored: needs less room and rights"},
              {.name = "noIndexRestore",
               .field = FlagField{&flags.no_indexes},
               .help = "build no indexes"},
              {.name = "indexesOnly",
               .field = FlagField{&flags.indexes_only},
               .help = "build the indexes that are missing, and touch no document"},
              {.name = "noOptionsRestore",
               .field = FlagField{&flags.no_options},
               .help = "create collections without their options"},
              {.name = "preserveUUID",
               .field = FlagField{&flags.preserve_uuid},
               .help = "keep the collections' UUIDs; needs --drop"},
              {.name = "keepIndexVersion",
               .field = FlagField{&flags.indexes.keep_version},
               .help = "keep the indexes' versions"},
              {.name = "convertLegacyIndexes",
               .field = FlagField{&flags.indexes.convert_legacy},
               .help = "turn index keys that only old servers took into valid ones"},
              {.name = "fixDottedHashIndex",
               .field = FlagField{&flags.indexes.fix_dotted_hash},
               .help = "make hashed indexes on dotted fields ascending ones"},
              {.name = "bypassDocumentValidation",
               .field = FlagField{&flags.bypass_validation},
               .help = "store documents that the collection's validator would refuse"},
              {.name = "writeConcern",
               .field = TextField{&flags.write_concern},
               .argument = "CONCERN",
               .help = "what the server waits for: a number, majority, or {w:…, j:…, wtimeout:…}",
               .default_text = "majority"},
          }};
}

OptionGroup CareGroup(RestoreFlags& flags) {
  return {"Checks and errors",
          {
              {.name = "objcheck",
               .field = FlagField{&flags.objcheck},
               .help = "check every document wholly before it is sent"},
              {.name = "maintainInsertionOrder",
               .field = FlagField{&flags.maintain_order},
               .help = "insert in the order of the dump and stop at the first reject"},
              {.name = "stopOnError",
               .field = FlagField{&flags.stop_on_error},
               .help = "stop at the first reject or index that cannot be built"},
              {.name = "rejects",
               .field = TextField{&flags.rejects},
               .argument = "FILE",
               .help = "where rejected documents go",
               .default_text = "haul-rejects-TIME-PID.json"},
              {.name = "dryRun",
               .field = FlagField{&flags.dry_run},
               .help = "check everything, print the plan and touch nothing"},
          }};
}

OptionGroup SpeedGroup(RestoreFlags& flags) {
  OptionGroup group{
      "Speed",
      {
          {.name = "jobs",
           .field = MaybeCountField{&flags.jobs, 1, 1024},
           .argument = "N",
           .help = "workers in all; one collection is written by several",
           .default_text = "the larger of 4 and the cores"},
          {.name = "numParallelCollections",
           .letter = 'j',
           .field = MaybeCountField{&flags.parallel_collections, 1, 100'000},
           .argument = "N",
           .help = "collections at once",
           .default_text = "no limit"},
          {.name = "numInsertionWorkersPerCollection",
           .field = MaybeCountField{&flags.workers_per_collection, 1, 1024},
           .argument = "N",
           .help = "workers on one collection",
           .default_text = "no limit"},
          {.name = "maxRate",
           .field = RateField{&flags.max_rate},
           .argument = "BYTES/s",
           .help = "write at most so much, e.g. 50MB/s"},
          {.name = "gzip",
           .field = FlagField{&flags.gzip},
           .help = "accepted for mongorestore's sake; haul sees by itself what a file is"},
      }};
  for (const char* name : {"batchSize", "tempUsersColl", "tempRolesColl"}) {
    group.options.push_back({.name = name,
                             .field = TextField{&flags.without_effect},
                             .help = "no effect: haul chooses by itself",
                             .hidden = true});
  }
  return group;
}

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

bool SameConcern(const WriteConcern& a, const WriteConcern& b) {
  return a.w == b.w && a.journal == b.journal && a.timeout == b.timeout;
}

Document ToDocument(const WriteConcern& concern) {
  Document document;
  if (const auto nodes = concern.Nodes()) {
    // Unacknowledged documents could not be counted, so 0 means what the least acknowledgement is.
    BSON_APPEND_INT32(document.bson(), "w", std::max(1, *nodes));
  } else {
    BSON_APPEND_UTF8(document.bson(), "w", concern.w.c_str());
  }
  if (concern.journal) BSON_APPEND_BOOL(document.bson(), "j", *concern.journal);
  if (concern.timeout) BSON_APPEND_INT64(document.bson(), "wtimeout", concern.timeout->count());
  return document;
}

Document WriteConcernOf(const RestoreFlags& flags, const ConnectionOptions& connection) {
  if (flags.write_concern.empty()) {
    return ToDocument(connection.uri_write_concern.value_or(WriteConcern()));
  }
  const WriteConcern concern = ParseWriteConcern(flags.write_concern);
  if (connection.uri_write_concern && !SameConcern(*connection.uri_write_concern, concern)) {
    throw Usage("--writeConcern and the connection URI name different write concerns",
                "give one of them");
  }
  return ToDocument(concern);
}

// Restores that begin in one second in one directory must not share a file.
std::string OwnRejectsName() {
  const std::filesystem::path name = RejectFile::DefaultName();
  return fmt::format("{}-{}{}", name.stem().string(), getpid(), name.extension().string());
}

}  // namespace

RestoreFlags FlagsOfMongorestore() {
  RestoreFlags flags;
  flags.allow_missing = true;
  flags.imitates = true;
  return flags;
}

Command RestoreCommand(RestoreFlags& flags) {
  return {.name = flags.imitates ? "mongorestore" : "haul-restore",
          .summary = "Brings a dump back into a MongoDB deployment.",
          .groups = {SelectionGroup(flags), OplogGroup(flags), TargetGroup(flags), CareGroup(flags),
                     SpeedGroup(flags), ConnectionGroup(flags.connection, ServerRole::kTarget)},
          .positionals = {.name = "PATH",
                          .into = &flags.positionals,
                          .max = 1,
                          .help = "a dump, the folder of one database, one .bson file or an "
                                  "archive; - = documents from standard input; default dump"},
          .examples = {"haul-restore --uri mongodb://HOST backup",
                       "haul-restore --uri mongodb://HOST/shop --drop backup/shop",
                       "haul-restore --uri mongodb://HOST --nsFrom 'shop.*' --nsTo 'shop2.*' "
                       "backup"},
          .imitates = flags.imitates};
}

RestoreOptions CheckRestoreOptions(const RestoreFlags& flags, const ParsedOptions& parsed,
                                   const Environment& environment) {
  constexpr std::size_t kFewestJobs = 4;
  RestoreOptions options;
  CheckArchive(flags);
  options.path = PathOf(flags);
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
  options.write_concern = WriteConcernOf(flags, options.connection);
  options.objcheck = flags.objcheck;
  options.maintain_order = flags.maintain_order;
  options.stop_on_error = flags.stop_on_error || flags.maintain_order;
  options.rejects = flags.rejects.empty() ? OwnRejectsName() : flags.rejects;
  options.dry_run = flags.dry_run;
  options.allow_missing = flags.allow_missing;
  options.rejects_fail = !flags.imitates;
  options.jobs =
      flags.jobs.value_or(std::max<std::size_t>(kFewestJobs, std::thread::hardware_concurrency()));
  options.parallel_collections = flags.parallel_collections.value_or(0);
  options.max_rate = flags.max_rate;
  options.workers_per_collection = flags.workers_per_collection.value_or(0);
  return options;
}

}  // namespace haul
