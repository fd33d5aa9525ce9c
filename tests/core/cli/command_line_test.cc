#include <gtest/gtest.h>

#include <string>

#include "arguments.h"
#include "core/cli/options.h"
#include "error_text.h"
#include "temporary_file.h"
#include "variables.h"

namespace haul {
namespace {

struct Fields {
  bool dry_run = false;
  bool preserve_uuid = false;
  std::string out = "dump";
  std::optional<std::string> db = {};
  std::optional<std::string> uri = {};
  std::optional<std::string> password = {};
  std::optional<std::string> archive = {};
  std::optional<std::string> ca_file = {};
  std::vector<std::string> exclude = {};
  std::string format = "text";
  std::uint64_t jobs = 4;
  std::uint64_t size = 0;
  std::uint64_t rate = 0;
  std::uint64_t verbose = 0;
  std::chrono::milliseconds retry_for = std::chrono::minutes(15);
  std::string env_file = {};
  std::vector<std::string> directories = {};
};

Command CommandFor(Fields& f) {
  return {
      .name = "haul-try",
      .summary = "Tries.",
      .groups = {{.title = "All",
                  .options =
                      {
                          {.name = "dryRun", .field = FlagField{&f.dry_run}},
                          {.name = "preserveUUID", .field = FlagField{&f.preserve_uuid}},
                          {.name = "out", .letter = 'o', .field = TextField{&f.out}},
                          {.name = "db", .letter = 'd', .field = MaybeTextField{&f.db}},
                          {.name = "uri",
                           .field = MaybeTextField{&f.uri},
                           .environment = {"HAUL_URI", "MONGO_URL"}},
                          {.name = "password",
                           .letter = 'p',
                           .field = MaybeTextField{&f.password},
                           .secret = true},
                          {.name = "archive", .field = OptionalValueField{&f.archive}},
                          {.name = "tlsCAFile",
                           .field = MaybeTextField{&f.ca_file},
                           .aliases = {"sslCAFile"}},
                          {.name = "nsExclude", .field = TextsField{&f.exclude}},
                          {.name = "logFormat", .field = ChoiceField{&f.format, {"text", "json"}}},
                          {.name = "jobs",
                           .letter = 'j',
                           .field = CountField{&f.jobs, 1, 256},
                           .environment = {"HAUL_JOBS"}},
                          {.name = "batch", .field = BytesField{&f.size}},
                          {.name = "maxRate", .field = RateField{&f.rate}},
                          {.name = "verbose", .letter = 'v', .field = LevelField{&f.verbose}},
                          {.name = "retryFor", .field = DurationField{&f.retry_for}},
                          {.name = "envFile", .field = TextField{&f.env_file}},
                      }}},
      .positionals = {.name = "DIR", .into = &f.directories, .max = 1}};
}

Fields Parse(std::initializer_list<std::string> arguments, Environment environment = {}) {
  Fields fields;
  const Command command = CommandFor(fields);
  Arguments argv(arguments);
  static_cast<void>(ParseCommandLine(command, argv.span(), environment));
  return fields;
}

std::string FailureOf(std::initializer_list<std::string> arguments) {
  return ErrorText([&] { static_cast<void>(Parse(arguments)); });
}

TEST(CommandLine, TakesValuesAfterAnEqualsSignOrASpace) {
  EXPECT_EQ(Parse({"--out=here"}).out, "here");
  EXPECT_EQ(Parse({"--out", "here"}).out, "here");
  EXPECT_EQ(Parse({"-o", "here"}).out, "here");
  EXPECT_EQ(Parse({"-ohere"}).out, "here");
  EXPECT_EQ(Parse({"-o=here"}).out, "here");
  EXPECT_EQ(Parse({"--out", "-"}).out, "-");
  EXPECT_EQ(Parse({"--db", ""}).db, "");
  EXPECT_EQ(Parse({"--db=a=b"}).db, "a=b");
}

TEST(CommandLine, KeepsDefaultsWhereNothingIsGiven) {
  const Fields fields = Parse({});
  EXPECT_EQ(fields.out, "dump");
  EXPECT_EQ(fields.jobs, 4U);
  EXPECT_FALSE(fields.db.has_value());
  EXPECT_FALSE(fields.archive.has_value());
}

TEST(CommandLine, AcceptsEveryOptionInKebabCase) {
  EXPECT_TRUE(Parse({"--dry-run"}).dry_run);
  EXPECT_TRUE(Parse({"--preserve-uuid"}).preserve_uuid);
  EXPECT_EQ(Parse({"--tls-ca-file=x"}).ca_file, "x");
  EXPECT_EQ(Parse({"--ssl-ca-file", "x"}).ca_file, "x");
}

TEST(CommandLine, WritesARunOfCapitalsAsOneWord) {
  EXPECT_EQ(KebabCase("tlsCAFile"), "tls-ca-file");
  EXPECT_EQ(KebabCase("sslPEMKeyPassword"), "ssl-pem-key-password");
  EXPECT_EQ(KebabCase("preserveUUID"), "preserve-uuid");
  EXPECT_EQ(KebabCase("numInsertionWorkersPerCollection"), "num-insertion-workers-per-collection");
  EXPECT_EQ(KebabCase("dumpDbUsersAndRoles"), "dump-db-users-and-roles");
  EXPECT_EQ(KebabCase("out"), "out");
}

TEST(CommandLine, AcceptsTheOlderNames) { EXPECT_EQ(Parse({"--sslCAFile", "x"}).ca_file, "x"); }

TEST(CommandLine, TakesAnOptionalValueOnlyAfterAnEqualsSign) {
  EXPECT_EQ(Parse({"--archive=x"}).archive, "x");
  EXPECT_TRUE(Parse({"--archive", "--dryRun"}).dry_run);
  const Fields fields = Parse({"--archive", "x"});
  EXPECT_EQ(fields.archive, "");
  EXPECT_EQ(fields.directories, std::vector<std::string>{"x"});
}

TEST(CommandLine, CountsVerbosityInEveryForm) {
  EXPECT_EQ(Parse({"-v"}).verbose, 1U);
  EXPECT_EQ(Parse({"-vvv"}).verbose, 3U);
  EXPECT_EQ(Parse({"-v", "-v"}).verbose, 2U);
  EXPECT_EQ(Parse({"-v=2"}).verbose, 2U);
  EXPECT_EQ(Parse({"-v", "dir"}).directories, std::vector<std::string>{"dir"});
  EXPECT_EQ(Parse({"-vv", "dir"}).directories, std::vector<std::string>{"dir"});
  EXPECT_EQ(Parse({"--verbose"}).verbose, 1U);
  EXPECT_EQ(Parse({"--verbose=3"}).verbose, 3U);
  EXPECT_EQ(FailureOf({"-v=x"}), "2: option --verbose: 'x' is not a whole number");
}

TEST(CommandLine, KeepsRepeatedValuesInOrder) {
  EXPECT_EQ(Parse({"--nsExclude=b", "--nsExclude", "a", "--ns-exclude=b"}).exclude,
            (std::vector<std::string>{"b", "a", "b"}));
}

TEST(CommandLine, ParsesUnits) {
  EXPECT_EQ(Parse({"--batch=4MiB"}).size, 4194304U);
  EXPECT_EQ(Parse({"--maxRate=50MB/s"}).rate, 50000000U);
  EXPECT_EQ(Parse({"--retryFor=2m"}).retry_for, std::chrono::seconds(120));
  EXPECT_EQ(FailureOf({"--maxRate=fast"}),
            "2: option --maxRate: 'fast' is not a rate [write it like 50MB/s]");
}

TEST(CommandLine, EndsTheOptionsAtTwoDashes) {
  EXPECT_EQ(Parse({"--", "--dryRun"}).directories, std::vector<std::string>{"--dryRun"});
}

TEST(CommandLine, TakesAPositionalConnectionStringAsTheUri) {
  const Fields fields = Parse({"mongodb://h/db", "dir"});
  EXPECT_EQ(fields.uri, "mongodb://h/db");
  EXPECT_EQ(fields.directories, std::vector<std::string>{"dir"});
  EXPECT_EQ(FailureOf({"mongodb://u:secret@h/a", "--uri=mongodb://u:secret@h/b"}),
            "2: option --uri is given twice: mongodb://u:***@h/a and mongodb://u:***@h/b");
}

TEST(CommandLine, SuggestsTheNearestOption) {
  EXPECT_EQ(FailureOf({"--dryrun"}), "2: unknown option --dryrun [did you mean --dryRun?]");
  EXPECT_EQ(FailureOf({"--nsExlude=x"}),
            "2: unknown option --nsExlude [did you mean --nsExclude?]");
  EXPECT_EQ(FailureOf({"--exfiltrate"}),
            "2: unknown option --exfiltrate [haul-try --help lists the options]");
  EXPECT_EQ(FailureOf({"--passwrd=hunter2"}),
            "2: unknown option --passwrd [did you mean --password?]");
  EXPECT_EQ(FailureOf({"-z"}), "2: unknown option -z [haul-try --help lists the options]");
}

TEST(CommandLine, RefusesMissingAndUnwantedValues) {
  EXPECT_EQ(FailureOf({"--out"}), "2: option --out needs a value");
  EXPECT_EQ(FailureOf({"--out="}), "2: option --out needs a value");
  EXPECT_EQ(FailureOf({"-o"}), "2: option --out needs a value");
  EXPECT_EQ(FailureOf({"--out", "--dry-run"}),
            "2: option --out needs a value [if --dry-run is the value, write --out=--dry-run]");
  EXPECT_TRUE(FailureOf({"--out", "-d"}).starts_with("2: option --out needs a value"));
  EXPECT_EQ(FailureOf({"--out", "--"}), "2: option --out needs a value");
  EXPECT_EQ(Parse({"--out", "-x"}).out, "-x");
  EXPECT_EQ(Parse({"--out=--dryRun"}).out, "--dryRun");
  EXPECT_EQ(FailureOf({"--dryRun=yes"}), "2: option --dryRun takes no value");
}

TEST(CommandLine, RefusesValuesOutOfRange) {
  EXPECT_EQ(FailureOf({"--jobs=0"}), "2: option --jobs: '0' is out of range (1 to 256)");
  EXPECT_EQ(FailureOf({"--jobs=257"}), "2: option --jobs: '257' is out of range (1 to 256)");
  EXPECT_EQ(FailureOf({"--jobs=-1"}), "2: option --jobs: '-1' is not a whole number");
  EXPECT_EQ(FailureOf({"--jobs=18446744073709551616"}),
            "2: option --jobs: '18446744073709551616' is not a whole number");
  EXPECT_EQ(FailureOf({"--logFormat=xml"}), "2: option --logFormat: 'xml' is none of text, json");
}

TEST(CommandLine, RefusesTwoDifferentValuesOfOneOption) {
  EXPECT_EQ(FailureOf({"--db=a", "-d", "b"}), "2: option --db is given twice: a and b");
  EXPECT_EQ(Parse({"--db=a", "-d", "a"}).db, "a");
  EXPECT_TRUE(Parse({"--dryRun", "--dryRun"}).dry_run);
  EXPECT_EQ(FailureOf({"--password=one", "-p", "two"}),
            "2: option --password is given twice: *** and ***");
}

TEST(CommandLine, RefusesArgumentsThatNobodyExpects) {
  EXPECT_EQ(FailureOf({"a", "b\x1b"}).substr(0, 37), "2: argument 'b\\x1b' is not expected [");
}

TEST(CommandLine, SurvivesGarbage) {
  EXPECT_NE(FailureOf({"--\xff\xfe"}), "no error");
  EXPECT_NE(FailureOf({"--=x"}), "no error");
  EXPECT_NE(FailureOf({"---"}), "no error");
  EXPECT_NE(FailureOf({std::string(100000, '-')}), "no error");
  EXPECT_NE(FailureOf({"--" + std::string(1000000, 'a')}), "no error");
  EXPECT_EQ(Parse({""}).directories, std::vector<std::string>{""});
}

TEST(CommandLine, AsksTheEnvironmentInOrderWhereTheCommandLineIsSilent) {
  const Environment both = Variables({{"HAUL_URI", "mongodb://a"}, {"MONGO_URL", "mongodb://b"}});
  EXPECT_EQ(Parse({}, both).uri, "mongodb://a");
  EXPECT_EQ(Parse({}, Variables({{"HAUL_URI", ""}, {"MONGO_URL", "mongodb://b"}})).uri,
            "mongodb://b");
  EXPECT_EQ(Parse({"--uri=mongodb://c"}, both).uri, "mongodb://c");
  EXPECT_EQ(ErrorText([] {
              static_cast<void>(Parse({}, Variables({{"HAUL_JOBS", "many"}})));
            }),
            "2: environment variable HAUL_JOBS: option --jobs: 'many' is not a whole number");
}

TEST(CommandLine, ReadsTheEnvFileAndLetsRealVariablesWin) {
  const TemporaryFile file("# local\nexport HAUL_JOBS=7\nHAUL_URI='mongodb://file' # server\n");
  const Fields fields =
      Parse({"--envFile", file.path()}, Variables({{"HAUL_URI", "mongodb://real"}}));
  EXPECT_EQ(fields.jobs, 7U);
  EXPECT_EQ(fields.uri, "mongodb://real");
}

TEST(CommandLine, TellsWhereAValueCameFrom) {
  Fields fields;
  const Command command = CommandFor(fields);
  Arguments argv({"--db=a"});
  Environment environment = Variables({{"HAUL_JOBS", "2"}});
  const ParsedOptions parsed = ParseCommandLine(command, argv.span(), environment);
  EXPECT_EQ(parsed.OriginOf("db"), Origin::kCommandLine);
  EXPECT_EQ(parsed.OriginOf("jobs"), Origin::kEnvironment);
  EXPECT_EQ(parsed.OriginOf("out"), Origin::kDefault);
  EXPECT_TRUE(parsed.Given("db"));
  EXPECT_FALSE(parsed.Given("out"));
}

TEST(CommandLine, OverwritesSecretsInTheProcessTitle) {
  Fields fields;
  const Command command = CommandFor(fields);
  Arguments argv({"--password", "hunter2", "-phunter2", "--password=hunter2", "--uri",
                  "mongodb://u:hunter2@h/db", "--db=a"});
  Environment environment;
  const ParsedOptions parsed = ParseCommandLine(command, argv.span(), environment);
  EXPECT_EQ(fields.password, "hunter2");
  EXPECT_EQ(fields.uri, "mongodb://u:hunter2@h/db");
  EXPECT_EQ(argv.at(1), "xxxxxxx");
  EXPECT_EQ(argv.at(2), "-pxxxxxxx");
  EXPECT_EQ(argv.at(3), "--password=xxxxxxx");
  EXPECT_EQ(argv.at(5), "mongodb://u:xxxxxxx@h/db");
  EXPECT_EQ(argv.at(6), "--db=a");
  EXPECT_EQ(parsed.visible_secrets().back(), "a connection string");
}

TEST(CommandLine, OverwritesSecretsAlsoWhereTheLineIsWrong) {
  Fields fields;
  const Command command = CommandFor(fields);
  Arguments argv({"--passwrd", "mongodb://u:hunter2@h", "--password", "hunter2"});
  Environment environment;
  EXPECT_THROW(static_cast<void>(ParseCommandLine(command, argv.span(), environment)), Error);
  EXPECT_EQ(argv.at(1), "mongodb://u:xxxxxxx@h");
  EXPECT_EQ(argv.at(3), "xxxxxxx");
}

}  // namespace
}  // namespace haul
