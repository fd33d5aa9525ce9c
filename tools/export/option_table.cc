#include "core/cli/common_options.h"
#include "tools/export/options.h"

namespace haul {
namespace {

OptionGroup SelectionGroup(ExportFlags& flags) {
  return {
      "What to export",
      {
          {.name = "db",
           .letter = 'd',
           .field = TextField{&flags.database},
           .argument = "NAME",
           .help = "the database",
           .default_text = "that of the URI, else test"},
          {.name = "collection",
           .letter = 'c',
           .field = TextsField{&flags.collections},
           .argument = "NAME",
           .help = "the collection or view; several, or none for the whole database, go into a "
                   "directory"},
          {.name = "excludeCollection",
           .field = TextsField{&flags.exclude_collections},
           .argument = "NAME",
           .help = "of a whole database not this collection"},
          {.name = "query",
           .letter = 'q',
           .field = MaybeTextField{&flags.query},
           .argument = "JSON",
           .help = "only documents that match, Extended JSON"},
          {.name = "queryFile",
           .field = MaybeTextField{&flags.query_file},
           .argument = "FILE",
           .help = "the query in a file"},
          {.name = "sort",
           .field = MaybeTextField{&flags.sort},
           .argument = "JSON",
           .help = "the order, e.g. '{\"name\":1}'; without it that of the collection"},
          {.name = "skip",
           .field = CountField{&flags.skip, 0, kMostDocuments},
           .argument = "N",
           .help = "leave out the first N documents"},
          {.name = "limit",
           .field = CountField{&flags.limit, 0, kMostDocuments},
           .argument = "N",
           .help = "at most N documents; 0 is all"},
          {.name = "aggregate",
           .field = MaybeTextField{&flags.aggregate},
           .argument = "FILE",
           .help = "instead of a query what this pipeline yields, an Extended JSON array"},
          {.name = "assertExists",
           .field = FlagField{&flags.assert_exists},
           .help = "a collection that does not exist is an error"},
          {.name = "slaveOk", .letter = 'k', .field = FlagField{&flags.slave_ok}, .hidden = true},
          {.name = "forceTableScan", .field = FlagField{&flags.force_table_scan}, .hidden = true},
      }};
}

OptionGroup FormGroup(ExportFlags& flags) {
  return {"How it is written",
          {
              {.name = "type",
               .field = TextField{&flags.type},
               .argument = "json|csv|tsv",
               .help = "JSON, or a table of the --fields"},
              {.name = "fields",
               .letter = 'f',
               .field = MaybeTextField{&flags.fields},
               .argument = "A,B.C",
               .help = "the columns of a table; of JSON only these top-level fields and _id"},
              {.name = "fieldFile",
               .field = MaybeTextField{&flags.field_file},
               .argument = "FILE",
               .help = "the fields in a file, one a line"},
              {.name = "jsonFormat",
               .field = ChoiceField{&flags.json_format, {"relaxed", "canonical"}},
               .argument = "FORMAT",
               .help = "which Extended JSON: easy to read, or every type kept; directories are "
                       "canonical"},
              {.name = "jsonArray",
               .field = FlagField{&flags.json_array},
               .help = "one JSON array instead of a document a line"},
              {.name = "pretty",
               .field = FlagField{&flags.pretty},
               .help = "JSON in many lines, indented by two spaces"},
              {.name = "noHeaderLine",
               .field = FlagField{&flags.no_header_line},
               .help = "a table without the line of its columns' names"},
              {.name = "csvSafe",
               .field = FlagField{&flags.csv_safe},
               .help = "put ' before cells that a spreadsheet would run as a formula (= + - @)"},
              {.name = "csv", .field = FlagField{&flags.csv}, .hidden = true},
          }};
}

OptionGroup ShapeGroup(ShapeFlags& flags) {
  return {"What is changed on the way",
          {
              {.name = "sanitize",
               .field = FlagField{&flags.sanitize},
               .help = "leave out password, passwordHash, accessToken and refreshToken, at every "
                       "depth"},
              {.name = "sanitizeFields",
               .field = MaybeTextField{&flags.sanitize_fields},
               .argument = "A,B",
               .help = "as --sanitize, and leave out fields of these names too"},
              {.name = "excludeFields",
               .field = MaybeTextField{&flags.exclude_fields},
               .argument = "A,B.C",
               .help = "leave out these fields; dots reach into documents and through arrays"},
              {.name = "mask",
               .field = TextsField{&flags.masks},
               .argument = "FIELD=MASK",
               .help = "put something else in a value's place: hash, email, null, redact or "
                       "constant:VALUE"},
              {.name = "maskKeyFile",
               .field = MaybeTextField{&flags.mask_key_file},
               .argument = "FILE",
               .help = "the key of hash and email, so that equal values look equal in several "
                       "exports; or HAUL_MASK_KEY",
               .default_text = "a random one for this run"},
              {.name = "transform",
               .field = MaybeTextField{&flags.transform},
               .argument = "FILE",
               .help = "steps for documents of some namespaces, before all of these"},
          }};
}

OptionGroup OutputGroup(ExportFlags& flags) {
  return {"Where to and how",
          {
              {.name = "out",
               .letter = 'o',
               .field = TextField{&flags.out},
               .argument = "PATH",
               .help = "a file, replaced once the new one is whole; of several collections a "
                       "directory",
               .default_text = "standard output"},
              {.name = "compress",
               .field = TextField{&flags.compress},
               .argument = "CODEC[:LEVEL]",
               .help = "zstd, gzip or none"},
              {.name = "overwrite",
               .field = FlagField{&flags.overwrite},
               .help = "replace the export that the directory holds, once the new one is whole"},
              {.name = "noSync",
               .field = FlagField{&flags.no_sync},
               .help = "do not wait for the disk: a power cut may lose the export"},
              RejectsOption(flags.rejects, "where documents go that cannot be written"),
              {.name = "dryRun",
               .field = FlagField{&flags.dry_run},
               .help = "say what would be exported and touch nothing"},
              JobsOption(flags.jobs, "workers; the output is the same whatever their number"),
          }};
}

}  // namespace

Command ExportCommand(ExportFlags& flags) {
  return {.name = flags.imitates ? "mongoexport" : "haul-export",
          .summary = "Writes documents of a MongoDB server as JSON, CSV or TSV.",
          .groups = {SelectionGroup(flags), FormGroup(flags), ShapeGroup(flags.shape),
                     OutputGroup(flags), ConnectionGroup(flags.connection, ServerRole::kSource)},
          .examples = {"haul-export --uri mongodb://HOST/shop -c orders --out orders.json",
                       "haul-export --uri env:MONGO_URL -c users --type csv --fields name,email",
                       "haul-export --uri mongodb://HOST/shop -c users --jsonArray --pretty "
                       "--query '{\"isDeleted\":false}'",
                       "haul-export --uri mongodb://HOST/shop --out shop-export --compress zstd"},
          .imitates = flags.imitates};
}

}  // namespace haul
