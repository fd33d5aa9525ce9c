#include "tools/import/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/extended_json.h"
#include "core/bson/key_fields.h"
#include "core/cli/common_options.h"
#include "core/cli/small_file.h"
#include "core/plan/namespace.h"
#include "formats/reject_file.h"

namespace haul {
namespace {

Error Usage(std::string message, std::string hint = {}) {
  return {ExitCode::kUsage, std::move(message), std::move(hint)};
}

// The names between separators; no name at all for an empty text. Spaces around names are not part
// of them.
std::vector<std::string> SplitNames(std::string_view text, char separator) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= text.size() && !text.empty();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    std::string_view name = text.substr(begin, end - begin);
    const std::size_t first = name.find_first_not_of(" \t\r");
    const std::size_t last = name.find_last_not_of(" \t\r");
    name = first == std::string_view::npos ? "" : name.substr(first, last + 1 - first);
    names.emplace_back(name);
    begin = end + 1;
  }
  return names;
}

std::vector<std::string> NamesOf(std::string_view text, const char* option) {
  std::vector<std::string> names = SplitNames(text, ',');
  if (std::find(names.begin(), names.end(), "") != names.end()) {
    throw Usage(fmt::format("{}: an empty name", option));
  }
  return names;
}

// Commas inside the parentheses of a type's argument belong to it: born.date(Jan 2, 2006).
std::vector<std::string> SplitColumns(std::string_view text) {
  std::vector<std::string> columns;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (c == '\\') {
      ++i;
      continue;
    }
    if (c == '(') ++depth;
    if (c == ')') --depth;
    if (c != ',' || (depth > 0 && i < text.size())) continue;
    columns.emplace_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return columns;
}

std::vector<std::string> ReadFieldFile(const std::string& path) {
  std::vector<std::string> columns = SplitNames(ReadTextFile(path), '\n');
  std::erase(columns, "");
  if (columns.empty()) {
    throw Usage(fmt::format("--fieldFile {}: names no column", EscapeForDisplay(path)));
  }
  return columns;
}

void RefuseColumnsOfJson(const ImportFlags& flags) {
  for (const auto& [given, name] : {std::pair{!flags.fields.empty(), "--fields"},
                                    std::pair{!flags.field_file.empty(), "--fieldFile"},
                                    std::pair{flags.header_line, "--headerline"},
                                    std::pair{flags.columns_have_types, "--columnsHaveTypes"},
                                    std::pair{flags.ignore_blanks, "--ignoreBlanks"},
                                    std::pair{flags.parse_grace.has_value(), "--parseGrace"}}) {
    if (given) {
      throw Usage(fmt::format("{} is of CSV and TSV, the input is JSON", name),
                  "add --type csv or --type tsv");
    }
  }
}

ParseGrace GraceOf(const std::optional<std::string>& word) {
  if (!word) return ParseGrace::kSkipRow;
  const auto grace = ParseGraceOf(*word);
  if (grace) return *grace;
  throw Usage(fmt::format("--parseGrace {}: not one of stop, autoCast, skipField, skipRow",
                          EscapeForDisplay(*word)));
}

ColumnOptions ColumnsOf(const ImportFlags& flags) {
  ColumnOptions options;
  if (flags.type == "json") {
    RefuseColumnsOfJson(flags);
    return options;
  }
  if (flags.json_array) {
    throw Usage(fmt::format("--jsonArray is of JSON, --type {} is not", flags.type));
  }
  const int sources = static_cast<int>(!flags.fields.empty()) +
                      static_cast<int>(!flags.field_file.empty()) +
                      static_cast<int>(flags.header_line);
  if (sources != 1) {
    throw Usage(
        fmt::format("--type {} needs one of --headerline, --fields and --fieldFile", flags.type),
        sources == 0 ? "--headerline takes the names of the columns from the first line"
                     : "give one of them");
  }
  options.header_line = flags.header_line;
  if (!flags.fields.empty()) options.columns = SplitColumns(flags.fields);
  if (!flags.field_file.empty()) options.columns = ReadFieldFile(flags.field_file);
  options.have_types = flags.columns_have_types;
  options.grace = GraceOf(flags.parse_grace);
  options.ignore_blanks = flags.ignore_blanks;
  options.array_indexes = flags.use_array_index_fields;
  return options;
}

std::string PathOf(const ImportFlags& flags) {
  const int sources = static_cast<int>(!flags.retry.empty()) +
                      static_cast<int>(!flags.file.empty()) +
                      static_cast<int>(!flags.positionals.empty());
  if (sources > 1) {
    throw Usage("--file, --retry and a positional argument each name what to import",
                "give one of them");
  }
  if (!flags.retry.empty()) return flags.retry;
  const std::string path = flags.positionals.empty() ? flags.file : flags.positionals.front();
  if (!path.empty()) return path;
  if (isatty(STDIN_FILENO) != 0) {
    throw Usage("nothing to import: no file is named, and standard input is a terminal",
                "name a file or directory");
  }
  return "-";
}

void CheckRetry(const ImportFlags& flags) {
  if (flags.retry.empty()) return;
  if (flags.type != "json" || flags.json_array) {
    throw Usage("--retry reads a file of rejects, which is neither CSV, TSV nor an array");
  }
  if (flags.drop) throw Usage("--retry and --drop exclude each other");
}

// users.json.gz -> users
std::string CollectionOf(const std::string& path) {
  std::filesystem::path name = std::filesystem::path(path).filename();
  if (name.extension() == ".gz" || name.extension() == ".zst") name = name.stem();
  return name.stem().string();
}

std::optional<KeyedMode> KeyedModeOf(const std::string& mode) {
  if (mode == "upsert") return KeyedMode::kReplace;
  if (mode == "merge") return KeyedMode::kMerge;
  if (mode == "delete") return KeyedMode::kDelete;
  return std::nullopt;
}

WriteMode SkippingMode(const ImportFlags& flags, bool mode_given) {
  if (!flags.upsert_fields.empty() || flags.upsert || (mode_given && flags.mode != "insert")) {
    throw Usage("--skipExisting inserts, and is not for --mode upsert, merge or delete");
  }
  WriteMode mode;
  mode.keyed = KeyedMode::kInsertIfAbsent;
  mode.key = NamesOf(flags.skip_existing, "--skipExisting");
  static_cast<void>(KeyFields(mode.key, "--skipExisting"));
  return mode;
}

WriteMode ModeOf(const ImportFlags& flags, bool mode_given) {
  if (!flags.skip_existing.empty()) return SkippingMode(flags, mode_given);
  if (flags.upsert && mode_given && flags.mode != "upsert") {
    throw Usage(fmt::format("--upsert and --mode {} exclude each other", flags.mode));
  }
  if (mode_given && flags.mode == "insert" && !flags.upsert_fields.empty()) {
    throw Usage("--upsertFields is not for --mode insert",
                "--skipExisting inserts what is not there yet");
  }
  const bool implied = flags.upsert || (!mode_given && !flags.upsert_fields.empty());
  WriteMode mode;
  mode.keyed = KeyedModeOf(implied ? "upsert" : flags.mode);
  if (!mode.keyed) return mode;
  mode.key = NamesOf(flags.upsert_fields.empty() ? "_id" : flags.upsert_fields, "--upsertFields");
  mode.inserts_keyless = mode.keyed != KeyedMode::kDelete;
  static_cast<void>(KeyFields(mode.key, "--upsertFields"));
  if (flags.drop) {
    throw Usage("--drop leaves nothing to upsert into, merge with or delete from",
                "leave out --drop, or --mode and --upsertFields");
  }
  return mode;
}

ShapeOptions ShapeOf(const ImportFlags& flags, const Environment& environment) {
  ShapeOptions shape;
  shape.defaults = flags.defaults;
  if (!flags.date_fields.empty()) shape.date_fields = NamesOf(flags.date_fields, "--dateFields");
  shape.hashes = flags.hashes;
  shape.new_ids = flags.new_ids;
  shape.transform_file = flags.transform;
  shape.mask_key_file = flags.mask_key_file;
  const std::string& variable = flags.default_password_variable;
  if (variable.empty()) return shape;
  if (shape.hashes.empty()) {
    throw Usage("--defaultPasswordEnv needs --hash, which names the field of the password");
  }
  shape.default_password = environment.Get(variable).value_or("");
  if (shape.default_password.empty()) {
    throw Usage(fmt::format("--defaultPasswordEnv: the environment variable {} is not set",
                            EscapeForDisplay(variable)),
                "set it, or name a file that sets it with --envFile");
  }
  return shape;
}

std::size_t JobsOf(const ImportFlags& flags) {
  if (flags.maintain_order) return 1;
  return JobsOrDefault(flags.jobs ? flags.jobs : flags.insertion_workers);
}

void ResolveTarget(const ImportFlags& flags, ImportOptions& options) {
  const bool names_target = !options.retry && !std::filesystem::is_directory(options.path);
  options.database = options.connection.database;
  options.collection = flags.collection;
  if (names_target && options.database.empty()) options.database = "test";
  if (names_target && options.collection.empty()) {
    if (options.path == "-") {
      throw Usage("standard input goes into which collection?", "name it with --collection");
    }
    options.collection = CollectionOf(options.path);
  }
  if (!options.database.empty()) CheckDatabaseName(options.database, "--db");
  if (options.collection.empty()) return;
  CheckCollectionName(options.collection, "--collection");
  if (options.collection.starts_with("system.")) {
    throw Usage(
        fmt::format("--collection {} is the server's own", EscapeForDisplay(options.collection)));
  }
}

}  // namespace

ImportOptions CheckImportOptions(const ImportFlags& flags, const ParsedOptions& parsed,
                                 const Environment& environment) {
  if (flags.legacy) {
    throw Error(ExitCode::kUnsupported, "--legacy: the old JSON of shells is not read",
                "export it again as Extended JSON v2, which every mongoexport since 4.2 writes");
  }
  ImportOptions options;
  CheckRetry(flags);
  options.path = PathOf(flags);
  options.retry = !flags.retry.empty();
  options.columns = ColumnsOf(flags);
  options.mode = ModeOf(flags, parsed.Given("mode"));
  options.shape = ShapeOf(flags, environment);
  ConnectionContext context{.app_name = "haul-import", .role = ServerRole::kTarget};
  if (!flags.database.empty()) context.database = flags.database;
  options.connection = ResolveConnection(flags.connection, parsed, environment, context);
  ResolveTarget(flags, options);
  options.type = flags.type == "csv"   ? RecordType::kCsv
                 : flags.type == "tsv" ? RecordType::kTsv
                                       : RecordType::kJson;
  options.json_array = flags.json_array;
  options.drop = flags.drop;
  options.maintain_order = flags.maintain_order;
  options.stop_on_error = flags.stop_on_error || flags.maintain_order;
  options.bypass_validation = flags.bypass_validation;
  options.write_concern = ParseExtendedJson(
      ToJson(ChooseWriteConcern(flags.write_concern, options.connection.uri_write_concern)),
      "--writeConcern");
  options.rejects = flags.rejects.empty() ? RejectFile::OwnName() : flags.rejects;
  options.rejects_fail = !flags.imitates;
  options.dry_run = flags.dry_run;
  options.jobs = JobsOf(flags);
  return options;
}

}  // namespace haul
