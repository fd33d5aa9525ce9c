#include "core/cli/common_options.h"
#include "restore/options.h"

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
              BypassValidationOption(flags.bypass_validation),
              WriteConcernOption(flags.write_concern),
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
              RejectsOption(flags.rejects, "where rejected documents go"),
              {.name = "dryRun",
               .field = FlagField{&flags.dry_run},
               .help = "check everything, print the plan and touch nothing"},
          }};
}

OptionGroup SpeedGroup(RestoreFlags& flags) {
  OptionGroup group{
      "Speed",
      {
          JobsOption(flags.jobs, "workers in all; one collection is written by several"),
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

}  // namespace haul
