#include "tools/inspect/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/cli/common_options.h"

namespace haul {
namespace {

OptionGroup InputGroup(InspectFlags& flags) {
  return {"What to look at",
          {
              {.name = "bsonFile",
               .field = TextField{&flags.bson_file},
               .argument = "PATH",
               .help = "the same as the positional argument"},
              {.name = "db",
               .letter = 'd',
               .field = TextField{&flags.database},
               .argument = "NAME",
               .help = "of a dump or archive only this database"},
              {.name = "collection",
               .letter = 'c',
               .field = TextField{&flags.collection},
               .argument = "NAME",
               .help = "the documents of this collection; needs --db"},
              {.name = "nsInclude",
               .field = TextsField{&flags.ns_include},
               .argument = "PATTERN",
               .help = "only namespaces that match, * is any text; one without * shows its "
                       "documents"},
              {.name = "nsExclude",
               .field = TextsField{&flags.ns_exclude},
               .argument = "PATTERN",
               .help = "no namespaces that match"},
              {.name = "skip",
               .field = CountField{&flags.skip},
               .argument = "N",
               .help = "leave out the first N documents"},
              {.name = "limit",
               .field = MaybeCountField{&flags.limit},
               .argument = "N",
               .help = "show at most N documents, and read no further",
               .default_text = "all"},
              {.name = "gzip",
               .field = FlagField{&flags.gzip},
               .help = "accepted for scripts' sake; haul sees by itself what a file is"},
          }};
}

OptionGroup OutputGroup(InspectFlags& flags) {
  return {"How it is shown",
          {
              {.name = "type",
               .field = ChoiceField{&flags.type, {"json", "debug"}},
               .argument = "TYPE",
               .help = "Extended JSON, or the types and sizes of all fields"},
              {.name = "jsonFormat",
               .field = ChoiceField{&flags.json_format, {"canonical", "relaxed"}},
               .argument = "FORMAT",
               .help = "which Extended JSON: every type kept, or easy to read"},
              {.name = "pretty",
               .field = FlagField{&flags.pretty},
               .help = "JSON in many lines, with indents"},
              {.name = "count",
               .field = FlagField{&flags.count},
               .help = "only how many documents there are"},
              {.name = "json",
               .field = FlagField{&flags.json},
               .help = "the summary of a dump as one JSON object"},
              {.name = "outFile",
               .field = TextField{&flags.out_file},
               .argument = "FILE",
               .help = "where it goes, replaced when all of it is there",
               .default_text = "standard output"},
              {.name = "objcheck",
               .field = FlagField{&flags.objcheck},
               .help = "check every document wholly and stop at the first that is damaged"},
              JobsOption(flags.jobs, "workers"),
          }};
}

Error Usage(std::string message, std::string hint = {}) {
  return {ExitCode::kUsage, std::move(message), std::move(hint)};
}

std::string PathOf(const InspectFlags& flags) {
  if (!flags.bson_file.empty() && !flags.positionals.empty()) {
    throw Usage("--bsonFile and a positional argument both name what to look at",
                "give one of them");
  }
  const std::string path = flags.positionals.empty() ? flags.bson_file : flags.positionals.front();
  if (!path.empty()) return path;
  if (isatty(STDIN_FILENO) != 0) {
    throw Usage("nothing to look at: no file is named, and standard input is a terminal",
                "name a .bson file, a dump directory or an archive");
  }
  return "-";
}

// Without a wildcard a pattern of --nsInclude names one collection.
std::optional<Namespace> ChosenBy(const InspectFlags& flags) {
  if (!flags.collection.empty()) return Namespace{flags.database, flags.collection};
  if (flags.ns_include.size() != 1) return std::nullopt;
  const std::string& pattern = flags.ns_include.front();
  if (pattern.find_first_of("*\\") != std::string::npos) return std::nullopt;
  return SplitNamespace(pattern);
}

std::string FirstGiven(const ParsedOptions& parsed) {
  constexpr std::array<std::string_view, 5> kOfDocuments = {"type", "jsonFormat", "pretty", "skip",
                                                            "limit"};
  const auto* const found =
      std::ranges::find_if(kOfDocuments, [&](std::string_view name) { return parsed.Given(name); });
  return found == kOfDocuments.end() ? std::string() : fmt::format("--{}", *found);
}

void CheckCombinations(const InspectFlags& flags) {
  const bool debug = flags.type == "debug";
  if (!flags.collection.empty() && flags.database.empty()) {
    throw Usage("--collection needs --db");
  }
  if (!flags.collection.empty() && !flags.ns_include.empty()) {
    throw Usage("--collection and --nsInclude both choose collections", "give one of them");
  }
  if (debug && (flags.pretty || flags.json_format != "canonical")) {
    throw Usage(fmt::format("{} is of JSON, --type debug is not",
                            flags.pretty ? "--pretty" : "--jsonFormat"));
  }
}

}  // namespace

Command InspectCommand(InspectFlags& flags) {
  return {.name = flags.imitates ? "bsondump" : "haul-inspect",
          .summary = "Shows what a BSON file, a dump or an archive holds.",
          .groups = {InputGroup(flags), OutputGroup(flags)},
          .positionals = {.name = "PATH",
                          .into = &flags.positionals,
                          .max = 1,
                          .help = "a .bson file, plain or compressed, a dump's directory or an "
                                  "archive; default standard input, which is also -"},
          .examples = {"haul-inspect backup",
                       "haul-inspect backup/shop/users.bson.zst --limit 3 --pretty",
                       "haul-inspect backup --db shop --collection users --jsonFormat relaxed",
                       "haul-inspect --type debug < users.bson"},
          .imitates = flags.imitates};
}

InspectOptions CheckInspectOptions(const InspectFlags& flags, const ParsedOptions& parsed) {
  CheckCombinations(flags);
  InspectOptions options;
  options.path = PathOf(flags);
  options.out_file = flags.out_file == "-" ? std::string() : flags.out_file;
  options.filter = NamespaceFilter({.include = flags.ns_include,
                                    .exclude = flags.ns_exclude,
                                    .database = flags.database,
                                    .collection = flags.collection});
  options.narrows = parsed.Given("db") || parsed.Given("nsInclude") || parsed.Given("nsExclude");
  options.chosen = ChosenBy(flags);
  if (flags.type == "debug") options.form = DocumentForm::kDebug;
  if (flags.count) options.form = DocumentForm::kCountOnly;
  options.relaxed = flags.json_format == "relaxed";
  options.pretty = flags.pretty;
  options.objcheck = flags.objcheck;
  options.summary_as_json = flags.json;
  options.skip = flags.skip;
  options.limit = flags.limit;
  options.asks_for_documents = FirstGiven(parsed);
  options.jobs = JobsOrDefault(flags.jobs);
  return options;
}

}  // namespace haul
