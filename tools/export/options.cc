#include "tools/export/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/bson/element.h"
#include "core/bson/extended_json.h"
#include "core/cli/common_options.h"
#include "core/plan/namespace.h"
#include "formats/reject_file.h"
#include "tools/export/field_list.h"
#include "tools/export/shell_json.h"

namespace haul {
namespace {

constexpr std::uint64_t kMostQueryBytes = std::uint64_t{16} * 1024 * 1024;

Error Usage(std::string message, std::string hint = {}) {
  return {ExitCode::kUsage, std::move(message), std::move(hint)};
}

std::string ReadJsonFile(const std::string& path, std::string_view option) {
  try {
    return ReadSmallFile(path, kMostQueryBytes);
  } catch (const Error& error) {
    throw Usage(error.WithContext(option).message(), error.hint());
  }
}

std::optional<Document> ReadQuery(const ExportFlags& flags) {
  if (flags.query) return ParseExtendedJson(StrictJson(*flags.query), "--query");
  if (!flags.query_file) return std::nullopt;
  return ParseExtendedJson(StrictJson(ReadJsonFile(*flags.query_file, "--queryFile")),
                           "--queryFile");
}

// What writes has no place in a tool that reads.
void RefuseWritingStages(ByteView pipeline) {
  ElementWalk stages(pipeline);
  while (const auto stage = stages.Next()) {
    const auto fields = stage->AsDocument();
    if (!fields) throw Usage("--aggregate: a stage of the pipeline is no object");
    for (const std::string_view name : {"$out", "$merge"}) {
      if (!FindElement(*fields, name)) continue;
      throw Usage(fmt::format("--aggregate: the stage {} would write to the server", name),
                  "leave it out: what the pipeline yields goes to --out");
    }
  }
}

std::optional<Document> ReadAggregation(const ExportFlags& flags) {
  if (!flags.aggregate) return std::nullopt;
  const std::string text = ReadJsonFile(*flags.aggregate, "--aggregate");
  Document aggregation = ParseExtendedJson("{\"pipeline\":" + text + "}", "--aggregate");
  const auto pipeline = FindElement(aggregation.bytes(), "pipeline");
  if (!pipeline || pipeline->type != BsonType::kArray) {
    throw Usage("--aggregate: the file holds no array", "write [ {stage}, … ]");
  }
  RefuseWritingStages(pipeline->value);
  return aggregation;
}

Document SortOf(const std::string& json) {
  Document sort = ParseExtendedJson(StrictJson(json), "--sort");
  if (sort.empty()) throw Usage("--sort names no field", "e.g. --sort '{\"name\":1}'");
  return sort;
}

std::vector<std::string> FieldsOf(const ExportFlags& flags) {
  if (flags.fields) return SplitFields(*flags.fields, "--fields");
  if (flags.field_file) return ReadFieldFile(*flags.field_file);
  return {};
}

ExportSelection SelectionOf(const ExportFlags& flags, const std::vector<std::string>& fields) {
  ExportSelection selection;
  selection.filter = ReadQuery(flags);
  selection.aggregation = ReadAggregation(flags);
  if (selection.aggregation) return selection;
  bson_t* const more = selection.more.bson();
  if (!fields.empty()) BSON_APPEND_DOCUMENT(more, "projection", ProjectionOf(fields).bson());
  if (flags.sort) {
    BSON_APPEND_DOCUMENT(more, "sort", SortOf(*flags.sort).bson());
    BSON_APPEND_BOOL(more, "allowDiskUse", true);
  }
  if (flags.skip > 0) BSON_APPEND_INT64(more, "skip", static_cast<std::int64_t>(flags.skip));
  if (flags.limit > 0) BSON_APPEND_INT64(more, "limit", static_cast<std::int64_t>(flags.limit));
  selection.ordered = flags.sort || flags.skip > 0 || flags.limit > 0;
  return selection;
}

std::string TypeOf(const ExportFlags& flags) {
  if (flags.csv) return "csv";
  std::string type = flags.type;
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (type != "json" && type != "csv" && type != "tsv") {
    throw Usage(fmt::format("--type '{}': it is json, csv or tsv", EscapeForDisplay(flags.type)));
  }
  return type;
}

TextForm FormOf(const ExportFlags& flags, const std::vector<std::string>& fields) {
  const std::string type = TypeOf(flags);
  TextForm form;
  if (type == "json") {
    if (flags.json_array) form.kind = TextForm::Kind::kArray;
    form.relaxed = flags.json_format == "relaxed";
    form.pretty = flags.pretty;
    return form;
  }
  if (fields.empty()) {
    throw Usage(
        fmt::format("--type {} needs --fields or --fieldFile: the columns of the table", type));
  }
  form.kind = TextForm::Kind::kTable;
  form.table = {.kind = type == "csv" ? DelimitedKind::kCsv : DelimitedKind::kTsv,
                .columns = ColumnsOf(fields),
                .guard_formulas = flags.csv_safe};
  form.header = !flags.no_header_line;
  return form;
}

void CheckQueries(const ExportFlags& flags, const ParsedOptions& parsed) {
  if (flags.query && flags.query_file) throw Usage("--query and --queryFile exclude each other");
  if (flags.query && flags.force_table_scan) {
    throw Usage("--forceTableScan and --query exclude each other");
  }
  if (flags.fields && flags.field_file) throw Usage("--fields and --fieldFile exclude each other");
  if (!flags.aggregate) return;
  for (const char* option : {"query", "queryFile", "sort", "skip", "limit"}) {
    if (!parsed.Given(option)) continue;
    throw Usage(fmt::format("--aggregate and --{} exclude each other", option),
                "put $match, $sort, $skip and $limit into the pipeline");
  }
}

void CheckForm(const ExportFlags& flags, const ExportOptions& options) {
  const bool table = options.form.kind == TextForm::Kind::kTable;
  const bool fields = flags.fields || flags.field_file;
  if (!table && flags.csv_safe) throw Usage("--csvSafe is of tables: it needs --type csv or tsv");
  if (!table && flags.aggregate && fields) {
    throw Usage("--aggregate and --fields exclude each other for JSON",
                "put a $project at the end of the pipeline");
  }
  if (!table && fields && options.shape.has_steps()) {
    throw Usage("--transform and --fields exclude each other for JSON",
                "put a step {\"keep\": [...]} at the end of the file");
  }
}

void CheckDirectory(const ExportOptions& options, const ParsedOptions& parsed) {
  if (!options.to_directory) return;
  const std::string what = options.collections.empty() ? "a whole database (no --collection)"
                           : options.collections.size() == 1
                               ? "a directory (--out ends with /)"
                               : FormatCount(options.collections.size(), "collection");
  if (options.out.empty()) {
    throw Usage(fmt::format("{} goes into a directory, and --out names none", what),
                "name one with --out, or one collection with --collection");
  }
  for (const char* option : {"query", "queryFile", "sort", "skip", "limit", "aggregate", "fields",
                             "fieldFile", "jsonArray", "pretty", "noHeaderLine", "type", "csv"}) {
    if (!parsed.Given(option)) continue;
    throw Usage(fmt::format("--{} is of one collection, and this is {}", option, what),
                "a directory holds whole documents as lines of canonical JSON, so that haul-import "
                "loads it without loss");
  }
  if (parsed.Given("jsonFormat") && options.form.relaxed) {
    throw Usage("--jsonFormat relaxed loses types, and a directory is there to be loaded again",
                "leave it out: directories are canonical");
  }
}

void CheckNames(const ExportOptions& options) {
  CheckDatabaseName(options.database, "--db");
  std::set<std::string_view> seen;
  for (const std::string& name : options.collections) {
    CheckCollectionName(name, "--collection");
    if (seen.insert(name).second) continue;
    throw Usage(fmt::format("--collection names '{}' twice", EscapeForDisplay(name)));
  }
  if (options.exclude_collections.empty() || options.collections.empty()) return;
  throw Usage("--excludeCollection is of a whole database, and --collection names collections");
}

}  // namespace

ExportOptions CheckExportOptions(const ExportFlags& flags, const ParsedOptions& parsed,
                                 const Environment& environment) {
  CheckQueries(flags, parsed);
  ExportOptions options(Shape(flags.shape, environment));
  options.collections = flags.collections;
  options.exclude_collections = flags.exclude_collections;
  options.to_directory = flags.collections.size() != 1 || flags.out.ends_with('/');
  options.out = flags.out == "-" ? std::string() : flags.out;
  options.overwrite = flags.overwrite;
  const std::vector<std::string> fields = FieldsOf(flags);
  options.form = FormOf(flags, fields);
  CheckForm(flags, options);
  CheckDirectory(options, parsed);
  if (options.to_directory) options.form.relaxed = false;
  // The fields are chosen after the steps, which may bring them under other names.
  options.selection =
      SelectionOf(flags, options.shape.has_steps() ? std::vector<std::string>() : fields);

  ConnectionFlags connection = flags.connection;
  if (flags.slave_ok && connection.read_preference) {
    throw Usage("--slaveOk and --readPreference exclude each other");
  }
  if (flags.slave_ok) connection.read_preference = "nearest";
  ConnectionContext context{.app_name = "haul-export", .role = ServerRole::kSource};
  if (!flags.database.empty()) context.database = flags.database;
  options.connection = ResolveConnection(connection, parsed, environment, context);
  options.database = options.connection.database;
  if (options.database.empty() && options.collections.empty()) {
    throw Usage("neither --db nor --collection says what to export",
                "name a database with --db or in the URI");
  }
  if (options.database.empty()) options.database = "test";
  CheckNames(options);

  options.assert_exists = flags.assert_exists;
  options.codec = ParseCodecChoice(flags.compress);
  options.sync = flags.no_sync ? Sync::kNone : Sync::kDurable;
  options.dry_run = flags.dry_run;
  options.rejects_named = !flags.rejects.empty();
  options.rejects = flags.rejects.empty() ? RejectFile::OwnName() : flags.rejects;
  options.jobs = JobsOrDefault(flags.jobs);
  return options;
}

}  // namespace haul
