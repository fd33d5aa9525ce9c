#include "dump/options.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <string_view>

#include "core/base/error.h"
#include "core/bson/extended_json.h"
#include "core/cli/common_options.h"
#include "core/storage/local.h"

namespace haul {
namespace {

OptionGroup SelectionGroup(DumpFlags& flags) {
  return {"What to dump",
          {
              {.name = "db",
               .letter = 'd',
               .field = TextField{&flags.database},
               .argument = "NAME",
               .help = "the database; all without it"},
              {.name = "collection",
               .letter = 'c',
               .field = TextField{&flags.collection},
               .argument = "NAME",
               .help = "the collection of --db"},
              {.name = "query",
               .letter = 'q',
               .field = MaybeTextField{&flags.query},
               .argument = "JSON",
               .help = "only documents that match, Extended JSON; needs --collection"},
              {.name = "queryFile",
               .field = MaybeTextField{&flags.query_file},
               .argument = "FILE",
               .help = "the query in a file"},
              {.name = "nsInclude",
               .field = TextsField{&flags.ns_include},
               .argument = "PATTERN",
               .help = "only namespaces that match, * is any text"},
              {.name = "nsExclude",
               .field = TextsField{&flags.ns_exclude},
               .argument = "PATTERN",
               .help = "no namespaces that match"},
              {.name = "excludeCollection",
               .field = TextsField{&flags.exclude_collections},
               .argument = "NAME",
               .help = "a collection of --db to leave out"},
              {.name = "excludeCollectionsWithPrefix",
               .field = TextsField{&flags.exclude_prefixes},
               .argument = "PREFIX",
               .help = "collections of --db to leave out"},
              {.name = "viewsAsCollections",
               .field = FlagField{&flags.views_as_collections},
               .help = "dump only views, as the documents they yield"},
              {.name = "dumpDbUsersAndRoles",
               .field = FlagField{&flags.users_and_roles},
               .help = "also the users and roles of --db"},
              {.name = "allowMissing",
               .field = FlagField{&flags.allow_missing},
               .help = "a database or collection that does not exist is no error"},
          }};
}

OptionGroup ConsistencyGroup(DumpFlags& flags) {
  return {
      "As of when",
      {
          {.name = "snapshot",
           .field = FlagField{&flags.snapshot},
           .help = "all collections as they were at one time; replica sets only"},
          {.name = "oplog",
           .field = FlagField{&flags.oplog},
           .help = "also what was written meanwhile, for haul-restore --oplogReplay; full dumps "
                   "of replica sets only"},
      }};
}

OptionGroup OutputGroup(DumpFlags& flags) {
  return {
      "Where to and how",
      {
          {.name = "out",
           .letter = 'o',
           .field = TextField{&flags.out},
           .argument = "DIR",
           .help = "the directory; strftime patterns such as %Y-%m-%d expand in UTC; - writes the "
                   "bare documents of --collection to standard output"},
          {.name = "archive",
           .field = OptionalValueField{&flags.archive},
           .argument = "FILE",
           .help = "one archive instead of a directory; without a value to standard output"},
          {.name = "compress",
           .field = TextField{&flags.compress},
           .argument = "CODEC[:LEVEL]",
           .help =
               "zstd, gzip or none; without it standard output is not packed, and what is packed "
               "with zstd mongorestore cannot read"},
          {.name = "gzip", .field = FlagField{&flags.gzip}, .help = "the same as --compress gzip"},
          {.name = "overwrite",
           .field = FlagField{&flags.overwrite},
           .help = "replace what the directory holds of the selection, once the new dump is whole"},
          {.name = "noSync",
           .field = FlagField{&flags.no_sync},
           .help = "do not wait for the disk: a power cut may lose the dump"},
          {.name = "checkSpace",
           .field = FlagField{&flags.check_space},
           .help = "refuse to start where the estimate exceeds the free space"},
          {.name = "dryRun",
           .field = FlagField{&flags.dry_run},
           .help = "print the plan and touch nothing"},
          {.name = "json", .field = FlagField{&flags.json}, .help = "with --dryRun: as JSON"},
      }};
}

OptionGroup SpeedGroup(DumpFlags& flags) {
  return {"Speed",
          {
              JobsOption(flags.jobs, "workers in all; one collection is read by several"),
              {.name = "numParallelCollections",
               .letter = 'j',
               .field = MaybeCountField{&flags.parallel_collections, 1, 100'000},
               .argument = "N",
               .help = "collections at once",
               .default_text = "no limit"},
              {.name = "maxRate",
               .field = RateField{&flags.max_rate},
               .argument = "BYTES/s",
               .help = "read at most so much, e.g. 50MB/s"},
              {.name = "forceTableScan",
               .field = FlagField{&flags.force_table_scan},
               .help = "accepted for mongodump's sake; haul chooses the faster order itself"},
          }};
}

Error Usage(std::string message, std::string hint = {}) {
  return {ExitCode::kUsage, std::move(message), std::move(hint)};
}

// The option that leaves out collections of --db; null where none was given.
const char* ExcludingOption(const DumpFlags& flags) {
  if (!flags.exclude_collections.empty()) return "--excludeCollection";
  return flags.exclude_prefixes.empty() ? nullptr : "--excludeCollectionsWithPrefix";
}

// The option that selects among several collections; null where none was given.
const char* SelectingOption(const DumpFlags& flags) {
  if (!flags.ns_include.empty()) return "--nsInclude";
  return flags.ns_exclude.empty() ? ExcludingOption(flags) : "--nsExclude";
}

void CheckQuery(const DumpFlags& flags, const DumpOptions& options) {
  if ((flags.query || flags.query_file) && options.collection.empty()) {
    throw Usage(fmt::format("{} needs --collection: a query selects documents of one collection",
                            flags.query ? "--query" : "--queryFile"));
  }
  if (flags.query && flags.query_file) throw Usage("--query and --queryFile exclude each other");
  if (flags.query && flags.force_table_scan) {
    throw Usage("--forceTableScan and --query exclude each other");
  }
}

void CheckUsers(const DumpFlags& flags, const DumpOptions& options) {
  if (flags.users_and_roles && options.database.empty()) {
    throw Usage("--dumpDbUsersAndRoles needs --db", "a dump of everything has all users and roles");
  }
  if (flags.users_and_roles && !options.collection.empty()) {
    throw Usage("--dumpDbUsersAndRoles and --collection exclude each other");
  }
}

void CheckCombinations(const DumpFlags& flags, const DumpOptions& options) {
  if (!options.collection.empty() && options.database.empty()) {
    throw Usage("--collection needs a database", "add --db NAME or a database to the URI");
  }
  CheckQuery(flags, options);
  if (flags.json && !flags.dry_run) {
    throw Usage("--json needs --dryRun", "--logFormat json writes the messages as JSON");
  }
  CheckUsers(flags, options);
  if (const char* option = ExcludingOption(flags); option && options.database.empty()) {
    throw Usage(fmt::format("{} needs --db", option),
                "use --nsExclude '*.NAME' over all databases");
  }
  if (const char* option = SelectingOption(flags); option && !options.collection.empty()) {
    throw Usage(fmt::format("--collection selects one collection: {} excludes it", option));
  }
  if (options.destination.kind == Destination::Kind::kDocuments && options.collection.empty()) {
    throw Usage(
        "--out - needs --collection: documents of several collections in a row are of no "
        "use",
        "--archive writes several collections to standard output");
  }
  const bool full =
      options.database.empty() && !SelectingOption(flags) && !flags.views_as_collections;
  if (flags.oplog && !full) {
    throw Usage(
        "--oplog is for full dumps: --db, --collection, patterns and --viewsAsCollections "
        "exclude it",
        "the oplog is that of the whole server; --snapshot is for parts of it");
  }
  if (options.collection.starts_with(kBucketsPrefix)) {
    throw Usage("--collection names the buckets of a time-series collection",
                fmt::format("use --collection {}", LogicalCollection(options.collection)));
  }
}

Document SelectionDocument(const DumpFlags& flags, const DumpOptions& options) {
  Document selection;
  bson_t* to = selection.bson();
  if (!options.database.empty()) BSON_APPEND_UTF8(to, "db", options.database.c_str());
  if (!options.collection.empty()) BSON_APPEND_UTF8(to, "collection", options.collection.c_str());
  if (options.query) BSON_APPEND_DOCUMENT(to, "query", options.query->bson());
  const auto append_list = [to](const char* name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    bson_t list;
    BSON_APPEND_ARRAY_BEGIN(to, name, &list);
    for (std::size_t i = 0; i < values.size(); ++i) {
      BSON_APPEND_UTF8(&list, std::to_string(i).c_str(), values[i].c_str());
    }
    bson_append_array_end(to, &list);
  };
  append_list("nsInclude", flags.ns_include);
  append_list("nsExclude", flags.ns_exclude);
  append_list("excludeCollection", flags.exclude_collections);
  append_list("excludeCollectionsWithPrefix", flags.exclude_prefixes);
  if (flags.views_as_collections) BSON_APPEND_BOOL(to, "viewsAsCollections", true);
  if (flags.users_and_roles) BSON_APPEND_BOOL(to, "dumpDbUsersAndRoles", true);
  if (flags.snapshot) BSON_APPEND_BOOL(to, "snapshot", true);
  if (flags.oplog) BSON_APPEND_BOOL(to, "oplog", true);
  BSON_APPEND_UTF8(to, "compress",
                   fmt::format("{}:{}", GetCodec(options.destination.codec.id).name,
                               options.destination.codec.level)
                       .c_str());
  BSON_APPEND_UTF8(to, "readPreference", options.connection.read_preference.c_str());
  return selection;
}

std::optional<Document> ReadQuery(const DumpFlags& flags) {
  constexpr std::uint64_t kMostBytes = 16 * 1024 * 1024;
  if (flags.query) return ParseExtendedJson(*flags.query, "--query");
  if (!flags.query_file) return std::nullopt;
  try {
    return ParseExtendedJson(ReadSmallFile(*flags.query_file, kMostBytes), "--queryFile");
  } catch (const Error& error) {
    throw Error(ExitCode::kUsage, error.WithContext("--queryFile").message(), error.hint());
  }
}

}  // namespace

DumpFlags FlagsOfMongodump() {
  DumpFlags flags;
  flags.compress = "none";
  flags.overwrite = true;
  flags.allow_missing = true;
  flags.imitates = true;
  return flags;
}

Command DumpCommand(DumpFlags& flags) {
  return {
      .name = flags.imitates ? "mongodump" : "haul-dump",
      .summary = "Writes a MongoDB deployment, database or collection to a directory or archive.",
      .groups = {SelectionGroup(flags), ConsistencyGroup(flags), OutputGroup(flags),
                 SpeedGroup(flags), ConnectionGroup(flags.connection, ServerRole::kSource)},
      .examples = {"haul-dump --uri mongodb://HOST/shop --out backup",
                   "haul-dump --uri env:MONGO_URL --out backups/%Y-%m-%d",
                   "haul-dump --uri mongodb://HOST --archive=all.zst",
                   "haul-dump --uri mongodb://HOST/shop --collection orders "
                   "--query '{\"status\":\"completed\"}'"},
      .imitates = flags.imitates};
}

DumpOptions CheckDumpOptions(const DumpFlags& flags, const ParsedOptions& parsed,
                             const Environment& environment,
                             std::chrono::system_clock::time_point now) {
  DumpOptions options;
  options.destination = ResolveDestination(flags, parsed, environment, now);
  ConnectionContext context{.app_name = "haul-dump", .role = ServerRole::kSource};
  if (!flags.database.empty()) context.database = flags.database;
  options.connection = ResolveConnection(flags.connection, parsed, environment, context);
  options.database = options.connection.database;
  options.collection = flags.collection;
  if (!options.database.empty()) CheckDatabaseName(options.database, "--db");
  if (!options.collection.empty()) CheckCollectionName(options.collection, "--collection");
  CheckCombinations(flags, options);

  options.query = ReadQuery(flags);
  options.filter = NamespaceFilter({.include = flags.ns_include,
                                    .exclude = flags.ns_exclude,
                                    .database = options.database,
                                    .collection = options.collection,
                                    .exclude_collections = flags.exclude_collections,
                                    .exclude_prefixes = flags.exclude_prefixes});
  options.views_as_collections = flags.views_as_collections;
  options.users_and_roles = flags.users_and_roles;
  options.snapshot = flags.snapshot;
  options.oplog = flags.oplog;
  options.overwrite = flags.overwrite;
  options.sync = !flags.no_sync;
  options.check_space = flags.check_space;
  options.dry_run = flags.dry_run;
  options.json = flags.json;
  options.allow_missing = flags.allow_missing;
  options.jobs = JobsOrDefault(flags.jobs);
  options.parallel_collections = flags.parallel_collections.value_or(0);
  options.max_rate = flags.max_rate;
  options.selection = SelectionDocument(flags, options);
  return options;
}

}  // namespace haul
