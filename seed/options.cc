#include "seed/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string_view>
#include <thread>
#include <utility>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/extended_json.h"
#include "core/cli/common_options.h"
#include "core/cli/write_concern.h"
#include "core/plan/namespace.h"
#include "formats/reject_file.h"

namespace haul {
namespace {

OptionGroup WhatGroup(SeedFlags& flags) {
  return {"What to seed, and where",
          {
              {.name = "db",
               .letter = 'd',
               .field = TextField{&flags.database},
               .argument = "NAME",
               .help = "the database; default the one of the URI"},
              {.name = "collection",
               .letter = 'c',
               .field = TextField{&flags.collection},
               .argument = "NAME",
               .help = "the collection that a file, or a folder with files directly inside, fills"},
              {.name = "only",
               .field = TextsField{&flags.only},
               .argument = "NAME",
               .help = "only files for this collection"},
              {.name = "key",
               .field = TextField{&flags.key},
               .argument = "FIELD[,FIELD]",
               .help = "what tells documents apart in files that name no key",
               .default_text = "_id where every document has one"},
              {.name = "env",
               .field = TextField{&flags.environment},
               .argument = "NAME",
               .help = "the environment: development, test, production or another name; files for "
                       "other environments are left out",
               .environment = {"HAUL_ENV", "NODE_ENV"},
               .default_text = "production"},
              {.name = "seed",
               .field = CountField{&flags.seed},
               .argument = "N",
               .help = "another number gives other generated values"},
          }};
}

OptionGroup HowGroup(SeedFlags& flags) {
  return {"How it is written",
          {
              {.name = "drop",
               .field = FlagField{&flags.drop},
               .help = "drop the collections that are seeded, with their indexes, first"},
              {.name = "clear",
               .field = FlagField{&flags.clear},
               .help = "empty the collections that are seeded first; indexes stay"},
              {.name = "yes",
               .letter = 'y',
               .field = FlagField{&flags.yes},
               .help = "consent to --drop and --clear outside of development"},
              {.name = "transaction",
               .field = FlagField{&flags.transaction},
               .help = "all documents or none, in one transaction; needs a replica set"},
              {.name = "dryRun",
               .field = FlagField{&flags.dry_run},
               .help = "check everything, say what would happen and touch nothing"},
              RejectsOption(flags.rejects, "where rejected documents go"),
              {.name = "jobs",
               .field = MaybeCountField{&flags.jobs, 1, 1024},
               .argument = "N",
               .help = "workers; hashing uses all of them",
               .default_text = "the cores"},
          }};
}

OptionGroup ServerGroup(SeedFlags& flags) {
  return {"A server that has just been started",
          {
              {.name = "waitFor",
               .field = DurationField{&flags.wait_for},
               .argument = "TIME",
               .help = "wait so long for a server that takes writes",
               .default_text = "not at all"},
              {.name = "initReplicaSet",
               .field = FlagField{&flags.init_replica_set},
               .help = "make a replica set of the one server, where it is none yet; only on this "
                       "machine's loopback"},
          }};
}

std::vector<std::string> SplitKey(const std::string& text) {
  std::vector<std::string> fields;
  if (text.empty()) return fields;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    fields.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return fields;
}

void CheckCombinations(const SeedFlags& flags) {
  if (flags.drop && flags.clear) {
    throw Error(ExitCode::kUsage, "--drop and --clear both say what goes first",
                "--clear keeps the indexes, --drop does not");
  }
  if (flags.drop && flags.transaction) {
    throw Error(ExitCode::kUsage, "--drop is not part of a transaction",
                "--clear is: with --transaction the old documents stay where it fails");
  }
}

std::string OwnRejectsName() {
  const std::filesystem::path name = RejectFile::DefaultName();
  return fmt::format("{}-{}{}", name.stem().string(), getpid(), name.extension().string());
}

}  // namespace

Command SeedCommand(SeedFlags& flags) {
  OptionGroup connection = ConnectionGroup(flags.connection, ServerRole::kTarget);
  for (Option& option : connection.options) {
    if (option.name == "uri") option.environment.emplace_back("MONGO_URL");
  }
  return {.name = "haul-seed",
          .summary =
              "Fills a MongoDB database with the documents of seed files; run again, it adds "
              "what is missing.",
          .groups = {WhatGroup(flags), HowGroup(flags), ServerGroup(flags), std::move(connection)},
          .positionals = {.name = "PATH",
                          .into = &flags.paths,
                          .max = std::numeric_limits<std::size_t>::max(),
                          .help = "seed files, or folders of them (10-users/users.json); default "
                                  "seeds"},
          .examples = {"haul-seed --uri mongodb://localhost/shop --env development",
                       "haul-seed --envFile .env --db shop --only users",
                       "haul-seed --uri mongodb://localhost/shop --collection plans plans.json"}};
}

bool IsForDevelopment(const std::string& environment) {
  return environment == "development" || environment == "test";
}

SeedOptions CheckSeedOptions(const SeedFlags& flags, const ParsedOptions& parsed,
                             const Environment& environment) {
  CheckCombinations(flags);
  SeedOptions options;
  ConnectionContext context{.app_name = "haul-seed", .role = ServerRole::kTarget};
  if (!flags.database.empty()) context.database = flags.database;
  options.connection = ResolveConnection(flags.connection, parsed, environment, context);
  if (options.connection.database.empty()) {
    throw Error(ExitCode::kUsage, "no database is named, nothing was touched",
                "name it in the URI (mongodb://HOST/NAME) or with --db");
  }
  CheckDatabaseName(options.connection.database, "--db");
  if (!flags.collection.empty()) CheckCollectionName(flags.collection, "--collection");
  options.plan.paths = flags.paths.empty() ? std::vector<std::string>{"seeds"} : flags.paths;
  options.plan.collection = flags.collection;
  options.plan.key = SplitKey(flags.key);
  options.plan.only = flags.only;
  options.plan.database = options.connection.database;
  options.plan.environment_is_known = !flags.environment.empty();
  options.plan.environment = flags.environment.empty() ? "production" : flags.environment;
  options.seed = flags.seed;
  options.drop = flags.drop;
  options.clear = flags.clear;
  options.yes = flags.yes;
  options.transaction = flags.transaction;
  options.dry_run = flags.dry_run;
  options.wait_for = flags.wait_for;
  options.init_replica_set = flags.init_replica_set;
  options.rejects = flags.rejects.empty() ? OwnRejectsName() : flags.rejects;
  options.jobs = flags.jobs.value_or(std::max(1U, std::thread::hardware_concurrency()));
  options.write_concern = ParseExtendedJson(
      ToJson(ChooseWriteConcern("", options.connection.uri_write_concern)), "the write concern");
  return options;
}

}  // namespace haul
