#include "core/cli/common_options.h"
#include "tools/import/options.h"

namespace haul {
namespace {

OptionGroup InputGroup(ImportFlags& flags) {
  return {"What to import, and where",
          {
              {.name = "db",
               .letter = 'd',
               .field = TextField{&flags.database},
               .argument = "NAME",
               .help = "the database; else the one in the URI, else test",
               .default_text = "test"},
              {.name = "collection",
               .letter = 'c',
               .field = TextField{&flags.collection},
               .argument = "NAME",
               .help = "the collection; without it the file's name without its endings"},
              {.name = "file",
               .field = TextField{&flags.file},
               .argument = "PATH",
               .help = "the same as the positional argument"},
              {.name = "retry",
               .field = TextField{&flags.retry},
               .argument = "REJECTS",
               .help = "the documents of a file of rejects, each into its own collection"},
              {.name = "type",
               .field = ChoiceField{&flags.type, {"json", "csv", "tsv"}},
               .argument = "TYPE",
               .help = "what the input is; gzip and zstd are recognised"},
              {.name = "jsonArray",
               .field = FlagField{&flags.json_array},
               .help = "the input is one array of documents; recognised without this too"},
              {.name = "legacy",
               .field = FlagField{&flags.legacy},
               .help = "refused: haul reads Extended JSON v2",
               .hidden = true},
          }};
}

OptionGroup ColumnGroup(ImportFlags& flags) {
  return {
      "CSV and TSV",
      {
          {.name = "fields",
           .letter = 'f',
           .field = TextField{&flags.fields},
           .argument = "A,B.C",
           .help = "the names of the columns"},
          {.name = "fieldFile",
           .field = TextField{&flags.field_file},
           .argument = "FILE",
           .help = "a file with the name of one column a line"},
          {.name = "headerline",
           .field = FlagField{&flags.header_line},
           .help = "the first line names the columns"},
          {.name = "columnsHaveTypes",
           .field = FlagField{&flags.columns_have_types},
           .help = "columns are named like age.int32() or born.date(2006-01-02)"},
          {.name = "parseGrace",
           .field = MaybeTextField{&flags.parse_grace},
           .argument = "WHAT",
           .help = "what to do with a cell that does not fit its column's type: stop, autoCast, "
                   "skipField, skipRow",
           .default_text = "the row is a reject"},
          {.name = "ignoreBlanks",
           .field = FlagField{&flags.ignore_blanks},
           .help = "empty cells make no field"},
          {.name = "useArrayIndexFields",
           .field = FlagField{&flags.use_array_index_fields},
           .help = "columns a.0, a.1 become the array a"},
      }};
}

OptionGroup TargetGroup(ImportFlags& flags) {
  return {
      "How the target is written",
      {
          {.name = "mode",
           .field = ChoiceField{&flags.mode, {"insert", "upsert", "merge", "delete"}},
           .argument = "MODE",
           .help =
               "insert documents, or by their key replace, merge or delete those that are there"},
          {.name = "upsertFields",
           .field = TextField{&flags.upsert_fields},
           .argument = "A,B.C",
           .help = "the key of upsert, merge and delete; alone it means upsert",
           .default_text = "_id"},
          {.name = "upsert",
           .field = FlagField{&flags.upsert},
           .help = "the same as --mode upsert",
           .hidden = true},
          {.name = "skipExisting",
           .field = TextField{&flags.skip_existing},
           .argument = "A,B.C",
           .help = "insert only documents whose values of these fields together are not there yet"},
          {.name = "drop",
           .field = FlagField{&flags.drop},
           .help = "drop the collection first, once the begin of the input was found good"},
          BypassValidationOption(flags.bypass_validation),
          WriteConcernOption(flags.write_concern),
      }};
}

OptionGroup ShapeGroup(ImportFlags& flags) {
  return {
      "What is done to each document",
      {
          {.name = "default",
           .field = TextsField{&flags.defaults},
           .argument = "FIELD=VALUE",
           .help = "the value, Extended JSON or else a text, where the field is absent or null"},
          {.name = "dateFields",
           .field = TextField{&flags.date_fields},
           .argument = "A,B.C",
           .help = "fields whose texts become dates"},
          {.name = "hash",
           .field = TextsField{&flags.hashes},
           .argument = "FIELD=ALGORITHM",
           .help = "hash a password: password=bcrypt:12 or password=argon2id; hashes stay as they "
                   "are"},
          {.name = "defaultPasswordEnv",
           .field = TextField{&flags.default_password_variable},
           .argument = "NAME",
           .help = "the environment variable with the password of documents that have none"},
          {.name = "newIds",
           .field = FlagField{&flags.new_ids},
           .help = "give each document a new _id"},
          {.name = "transform",
           .field = TextField{&flags.transform},
           .argument = "FILE",
           .help = "steps for each document, by namespace; they go first"},
          {.name = "maskKeyFile",
           .field = TextField{&flags.mask_key_file},
           .argument = "FILE",
           .help = "the key of masks of --transform, mode 0600; else HAUL_MASK_KEY, else a random "
                   "one"},
      }};
}

OptionGroup CareGroup(ImportFlags& flags) {
  return {
      "Errors and speed",
      {
          {.name = "maintainInsertionOrder",
           .field = FlagField{&flags.maintain_order},
           .help = "write in the order of the input and stop at the first reject"},
          {.name = "stopOnError",
           .field = FlagField{&flags.stop_on_error},
           .help = "stop at the first reject"},
          RejectsOption(flags.rejects, "where rejected documents and lines go"),
          {.name = "dryRun",
           .field = FlagField{&flags.dry_run},
           .help = "read and check all of the input, print what would be done, and touch nothing"},
          JobsOption(flags.jobs, "workers"),
          {.name = "numInsertionWorkers",
           .letter = 'j',
           .field = MaybeCountField{&flags.insertion_workers, 1, 1024},
           .argument = "N",
           .help = "the same as --jobs"},
          {.name = "numDecodingWorkers",
           .field = TextField{&flags.without_effect},
           .help = "no effect: haul chooses by itself",
           .hidden = true},
          {.name = "batchSize",
           .field = TextField{&flags.without_effect},
           .help = "no effect: haul chooses by itself",
           .hidden = true},
      }};
}

}  // namespace

Command ImportCommand(ImportFlags& flags) {
  return {
      .name = flags.imitates ? "mongoimport" : "haul-import",
      .summary = "Brings JSON, CSV and TSV into a MongoDB deployment.",
      .groups = {InputGroup(flags), ColumnGroup(flags), TargetGroup(flags), ShapeGroup(flags),
                 CareGroup(flags), ConnectionGroup(flags.connection, ServerRole::kTarget)},
      .positionals = {.name = "PATH",
                      .into = &flags.positionals,
                      .max = 1,
                      .help = "a file, plain or compressed, or a directory that haul-export "
                              "wrote; default standard input, which is also -"},
      .examples = {"haul-import --uri mongodb://HOST/shop -c users users.json",
                   "haul-import --uri mongodb://HOST/shop --type csv --headerline prices.csv.gz",
                   "haul-import --uri mongodb://HOST/shop -c users --skipExisting email "
                   "--hash password=bcrypt:12 users.json",
                   "haul-import --uri mongodb://HOST/shop --retry haul-rejects.json"},
      .imitates = flags.imitates};
}

}  // namespace haul
