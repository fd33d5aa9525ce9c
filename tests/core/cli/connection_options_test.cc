#include "core/cli/connection_options.h"

#include <gtest/gtest.h>

#include <string>

#include "arguments.h"
#include "error_text.h"
#include "temporary_file.h"
#include "variables.h"

namespace haul {
namespace {

constexpr std::string_view kTail =
    "socketTimeoutMS=2147483647&serverSelectionTimeoutMS=30000&appName=haul-try";

struct Setup {
  Environment environment = {};
  ServerRole role = ServerRole::kSource;
  std::optional<std::string> answer = {};  // to a question for a password
};

ConnectionOptions Resolve(std::initializer_list<std::string> arguments, Setup setup = {}) {
  ConnectionFlags flags;
  std::optional<std::string> db;
  const Command command{
      .name = "haul-try",
      .summary = "",
      .groups = {ConnectionGroup(flags, setup.role),
                 {.title = "Namespace",
                  .options = {{.name = "db", .letter = 'd', .field = MaybeTextField{&db}}}}}};
  Arguments argv(arguments);
  const ParsedOptions parsed = ParseCommandLine(command, argv.span(), setup.environment);
  return ResolveConnection(
      flags, parsed, setup.environment,
      {.app_name = "haul-try", .role = setup.role, .database = db, .ask = [&](std::string_view) {
         return setup.answer;
       }});
}

// The URI without the options that every connection gets.
std::string UriOf(std::initializer_list<std::string> arguments, Setup setup = {}) {
  std::string uri = Resolve(arguments, std::move(setup)).uri;
  const std::size_t at = uri.find(kTail);
  if (at == std::string::npos) return uri;
  uri.erase(at - 1, kTail.size() + 1);
  return uri;
}

std::string FailureOf(std::initializer_list<std::string> arguments, Setup setup = {}) {
  return ErrorText([&] { static_cast<void>(Resolve(arguments, std::move(setup))); });
}

TEST(Connection, MakesACompleteUriOfNothing) {
  const ConnectionOptions connection = Resolve({});
  EXPECT_EQ(connection.uri,
            "mongodb://localhost:27017/?directConnection=true&" + std::string(kTail));
  EXPECT_EQ(connection.display_target, "localhost:27017");
  EXPECT_EQ(connection.database, "");
  EXPECT_EQ(connection.read_preference, "primary");
  EXPECT_EQ(connection.retry_for, std::chrono::minutes(15));
}

TEST(Connection, KeepsWhatTheUriSays) {
  const ConnectionOptions connection =
      Resolve({"--uri=mongodb://h/shop?appName=mine&serverSelectionTimeoutMS=5&socketTimeoutMS=7"});
  EXPECT_EQ(connection.uri,
            "mongodb://h/shop?appName=mine&serverSelectionTimeoutMS=5&socketTimeoutMS=7");
  EXPECT_EQ(connection.database, "shop");
  EXPECT_EQ(connection.display_target, "h/shop");
}

TEST(Connection, AvoidsTheSocketTimeoutOfZeroThatTheDriverTakesForItsDefault) {
  EXPECT_EQ(UriOf({"--uri=mongodb://h/?socketTimeoutMS=0"}), "mongodb://h/");
}

TEST(Connection, ConnectsDirectlyToOneHostWithoutASet) {
  EXPECT_EQ(UriOf({"-h", "a"}), "mongodb://a:27017/?directConnection=true");
  EXPECT_EQ(UriOf({"--host=a:1"}), "mongodb://a:1/?directConnection=true");
  EXPECT_EQ(UriOf({"--host=a,b", "--port=9"}), "mongodb://a:9,b:9/");
  EXPECT_EQ(UriOf({"--host=rs0/a"}), "mongodb://a:27017/?replicaSet=rs0");
  EXPECT_EQ(UriOf({"--host=rs0/a,b:2", "--port=2"}), "mongodb://a:2,b:2/?replicaSet=rs0");
  EXPECT_EQ(UriOf({"--host=[::1]", "--port=2"}), "mongodb://[::1]:2/?directConnection=true");
  EXPECT_EQ(UriOf({"--host=/tmp/m.sock"}), "mongodb://%2Ftmp%2Fm.sock/?directConnection=true");
}

TEST(Connection, RefusesHostsThatAreNone) {
  EXPECT_EQ(FailureOf({"--host=mongodb://h"}),
            "2: option --host: a connection string belongs to --uri");
  EXPECT_EQ(FailureOf({"--host=a:1", "--port=2"}),
            "2: --port 2 contradicts the port of --host a:1 [say it in one of the two]");
  EXPECT_NE(FailureOf({"--host=a b"}), "no error");
  EXPECT_EQ(FailureOf({"--port=70000"}), "2: option --port: '70000' is out of range (1 to 65535)");
}

TEST(Connection, MergesUserAndPasswordPercentEncoded) {
  EXPECT_EQ(UriOf({"-u", "al@ice", "-p", "p:/?s%"}),
            "mongodb://al%40ice:p%3A%2F%3Fs%25@localhost:27017/?directConnection=true");
}

TEST(Connection, LooksUsersUpWhereMongodumpDoes) {
  EXPECT_EQ(UriOf({"-u=a", "-p=b", "-d=shop"}),
            "mongodb://a:b@localhost:27017/shop?directConnection=true");
  EXPECT_EQ(UriOf({"-u=a", "-p=b", "-d=shop", "--authenticationDatabase=admin"}),
            "mongodb://a:b@localhost:27017/shop?directConnection=true&authSource=admin");
  EXPECT_EQ(UriOf({"--uri=mongodb://a:b@h", "-d=shop"}), "mongodb://a:b@h/");
  EXPECT_EQ(Resolve({"--uri=mongodb://a:b@h", "-d=shop"}).database, "shop");
  EXPECT_EQ(UriOf({"--uri=mongodb://h", "-u=cn", "--authenticationMechanism=MONGODB-X509"}),
            "mongodb://cn@h/?authMechanism=MONGODB-X509&authSource=$external");
}

TEST(Connection, RefusesAUriAndAFlagThatDisagree) {
  EXPECT_EQ(FailureOf({"--uri=mongodb://h/a", "--db=b"}),
            "2: --db b contradicts the connection string's database a [say it in one of the two]");
  EXPECT_EQ(FailureOf({"--uri=mongodb://h", "--host=g"}),
            "2: --host g:27017 contradicts the connection string's hosts h:27017 [say it in one of "
            "the two]");
  EXPECT_EQ(
      FailureOf({"--uri=mongodb://h:1", "--port=2"}),
      "2: --port h:2 contradicts the connection string's hosts h:1 [say it in one of the two]");
  EXPECT_EQ(
      FailureOf({"--uri=mongodb://a:b@h", "-u=c"}),
      "2: --username c contradicts the connection string's user a [say it in one of the two]");
  EXPECT_EQ(
      FailureOf({"--uri=mongodb://a:bbb@h", "-p=ccc"}),
      "2: --password contradicts the connection string's password [say it in one of the two]");
  EXPECT_EQ(
      FailureOf({"--uri=mongodb://h/?tls=false", "--tls"}),
      "2: --tls true contradicts the connection string's tls false [say it in one of the two]");
  EXPECT_EQ(
      FailureOf({"--uri=mongodb://h/?readPreference=nearest", "--readPreference=primary"}),
      "2: --readPreference primary contradicts the connection string's readPreference nearest "
      "[say it in one of the two]");
  EXPECT_NE(FailureOf({"--uri=mongodb://h/?readPreference=nearest",
                       "--readPreference={mode:nearest,tagSets:[{a:b}]}"}),
            "no error");
  EXPECT_NE(FailureOf({"--uri=mongodb://h/?compressors=zlib", "--compressors=zstd"}), "no error");
}

TEST(Connection, AcceptsAFlagThatRepeatsTheUri) {
  EXPECT_EQ(UriOf({"--uri=mongodb://a:b@h:1/db?tls=true", "-u=a", "-p=b", "--host=h", "--port=1",
                   "--tls", "-d=db"}),
            "mongodb://a:b@h:1/db?tls=true");
}

TEST(Connection, LetsTheCommandLineBeatTheEnvironmentAndThatTheConfigFile) {
  const TemporaryFile config("uri: mongodb://config\npassword: from-config\n");
  const Environment both = Variables({{"HAUL_URI", "mongodb://u:env@environment/a?authSource=x"}});
  EXPECT_EQ(UriOf({"--config", config.path()}), "mongodb://config/");
  EXPECT_EQ(UriOf({"--config", config.path()}, {.environment = both}),
            "mongodb://u:env@environment/a?authSource=x");
  EXPECT_EQ(UriOf({"--uri=mongodb://line"}, {.environment = both}), "mongodb://line/");
  EXPECT_EQ(UriOf({"--host=other", "--authenticationDatabase=y"}, {.environment = both}),
            "mongodb://u:env@other/a?authSource=y");
  EXPECT_EQ(UriOf({"-u=v", "--config", config.path()}), "mongodb://v:from-config@config/");
}

TEST(Connection, KeepsTheAuthenticationDatabaseWhereAFlagChangesTheDatabase) {
  const Environment environment = Variables({{"HAUL_URI", "mongodb://u:p@h/users"}});
  EXPECT_EQ(UriOf({"--db=shop"}, {.environment = environment}),
            "mongodb://u:p@h/shop?authSource=users");
}

TEST(Connection, TakesMongoUrlOnlyForASource) {
  const Environment environment = Variables({{"MONGO_URL", "mongodb://application"}});
  EXPECT_EQ(UriOf({}, {.environment = environment}), "mongodb://application/");
  EXPECT_EQ(UriOf({}, {.environment = environment, .role = ServerRole::kTarget}),
            "mongodb://localhost:27017/?directConnection=true");
}

TEST(Connection, ResolvesEnvAndFileInPlaceOfAUri) {
  const TemporaryFile file("mongodb://u:p@file/\n");
  const TemporaryFile open_file("mongodb://u:p@file/\n", 0644);
  EXPECT_EQ(UriOf({"--uri=file:" + file.path()}), "mongodb://u:p@file/");
  EXPECT_EQ(UriOf({"--uri=env:PROD"}, {.environment = Variables({{"PROD", "mongodb://prod"}})}),
            "mongodb://prod/");
  EXPECT_EQ(FailureOf({"--uri=env:PROD"}), "2: environment variable PROD is not set");
  EXPECT_EQ(FailureOf({"--uri=file:" + open_file.path()}),
            "2: read " + open_file.path() +
                ": others may read it, and it holds a secret [chmod 600 " + open_file.path() + "]");
  EXPECT_EQ(FailureOf({"--uri=file:/none"}), "2: read /none: No such file or directory");
}

TEST(Connection, ReadsPasswordsFromFileEnvironmentAndPrompt) {
  const TemporaryFile file("from file\n");
  const TemporaryFile empty("\n");
  EXPECT_EQ(UriOf({"--uri=mongodb://u@h", "--passwordFile", file.path()}),
            "mongodb://u:from%20file@h/");
  EXPECT_EQ(
      UriOf({"--uri=mongodb://u@h"}, {.environment = Variables({{"HAUL_PASSWORD", "from-env"}})}),
      "mongodb://u:from-env@h/");
  EXPECT_EQ(UriOf({"--uri=mongodb://u@h"}, {.answer = "typed"}), "mongodb://u:typed@h/");
  EXPECT_EQ(UriOf({"--uri=mongodb://h", "-u", "u", "-p", ""}, {.answer = "typed"}),
            "mongodb://u:typed@h/");
  EXPECT_EQ(FailureOf({"--uri=mongodb://u@h"}),
            "2: user u has no password [pass --passwordFile, set HAUL_PASSWORD, or start from a "
            "terminal to be asked]");
  EXPECT_EQ(FailureOf({"-u=u", "-p=x", "--passwordFile", file.path()}),
            "2: --password and --passwordFile exclude each other");
  EXPECT_EQ(FailureOf({"-p=x"}), "2: --password needs --username");
  EXPECT_EQ(FailureOf({"-u=u", "--passwordFile", empty.path()}),
            "2: read " + empty.path() + ": it is empty");
}

TEST(Connection, GivesAnotherUserNotTheOldPassword) {
  const Environment environment = Variables({{"HAUL_URI", "mongodb://a:secret@h"}});
  EXPECT_EQ(UriOf({"-u=b"}, {.environment = environment, .answer = "new"}), "mongodb://b:new@h/");
}

TEST(Connection, TurnsTlsOnWhereATlsOptionIsGiven) {
  const TemporaryFile pem("CERTIFICATE");
  EXPECT_EQ(UriOf({"--uri=mongodb://h", "--tls"}), "mongodb://h/?tls=true");
  EXPECT_EQ(UriOf({"--uri=mongodb://h", "--ssl"}), "mongodb://h/?tls=true");
  EXPECT_EQ(UriOf({"--uri=mongodb://h", "--sslCAFile", pem.path()}),
            "mongodb://h/?tlsCAFile=" + pem.path() + "&tls=true");
  EXPECT_EQ(UriOf({"--uri=mongodb://h", "--tlsInsecure"}),
            "mongodb://h/?tlsInsecure=true&tls=true");
  EXPECT_EQ(FailureOf({"--tlsCAFile=/none.pem"}), "2: read /none.pem: No such file or directory");
}

TEST(Connection, AsksForTheKeysPasswordWhereTheKeyIsEncrypted) {
  const TemporaryFile key("-----BEGIN ENCRYPTED PRIVATE KEY-----");
  const std::string start = "mongodb://h/?tlsCertificateKeyFile=" + key.path() + "&tls=true";
  const std::string option = "--tlsCertificateKeyFile=" + key.path();
  EXPECT_NE(UriOf({"--uri=mongodb://h", option}, {.answer = "typed"})
                .find("tlsCertificateKeyFilePassword=typed"),
            std::string::npos);
  EXPECT_EQ(
      FailureOf({"--uri=mongodb://h", option}),
      "2: " + key.path() +
          " is encrypted [pass --tlsCertificateKeyFilePassword or set HAUL_TLS_KEY_PASSWORD]");
}

TEST(Connection, MergesReadPreferenceAsModeOrJson) {
  EXPECT_EQ(UriOf({"--uri=mongodb://h", "--readPreference=secondarypreferred"}),
            "mongodb://h/?readPreference=secondaryPreferred");
  EXPECT_EQ(UriOf({"--uri=mongodb://h",
                   R"(--readPreference={mode:"nearest", "tagSets":[{"dc":"ny","r":1},{}]})"}),
            "mongodb://h/?readPreference=nearest&readPreferenceTags=dc:ny,r:1&readPreferenceTags=");
  EXPECT_EQ(Resolve({"--uri=mongodb://h", "--readPreference=nearest"}).read_preference, "nearest");
}

TEST(Connection, RefusesReadPreferencesThatAreNone) {
  const auto failure = [](const std::string& text) {
    const std::string whole = FailureOf({"--readPreference=" + text});
    return whole.substr(0, whole.find(" ["));
  };
  EXPECT_EQ(failure("fast"), "2: read preference: unknown mode 'fast'");
  EXPECT_EQ(failure("{mode: nearest, x: 1}"), "2: read preference: unknown member 'x'");
  EXPECT_EQ(failure("{mode: primary, tagSets: [{a: b}]}"),
            "2: read preference: mode primary takes neither tagSets nor maxStalenessSeconds");
  EXPECT_EQ(failure("{mode: nearest, maxStalenessSeconds: 5}"),
            "2: read preference: maxStalenessSeconds is not a whole number of at least 90");
  EXPECT_EQ(failure("{mode: nearest, tagSets: [{a: 'b,c'}]}"),
            "2: read preference: tag 'b,c' holds ',' or ':'");
  EXPECT_NE(failure("{mode: nearest"), "no error");
  EXPECT_NE(failure("{" + std::string(70000, ' ') + "}"), "no error");
  EXPECT_NE(failure("{" + std::string(5000, '[')), "no error");
}

TEST(Connection, RefusesUnknownCompressorsAndMechanisms) {
  EXPECT_EQ(UriOf({"--uri=mongodb://h", "--compressors=zstd,zlib"}),
            "mongodb://h/?compressors=zstd,zlib");
  EXPECT_EQ(UriOf({"--uri=mongodb://h", "--compressors=none"}), "mongodb://h/");
  EXPECT_EQ(FailureOf({"--compressors=zstd,lz4"}),
            "2: option --compressors: 'lz4' is none of zstd, snappy, zlib, none");
  EXPECT_EQ(FailureOf({"--uri=mongodb://u:p@h/?authMechanism=GUESS"}).substr(0, 42),
            "2: unknown authentication mechanism 'GUESS");
}

TEST(Connection, TellsTheWriteConcernOfTheUri) {
  EXPECT_FALSE(Resolve({"--uri=mongodb://h"}).uri_write_concern.has_value());
  const auto concern = Resolve({"--uri=mongodb://h/?w=2&j=true&wtimeout=50"}).uri_write_concern;
  ASSERT_TRUE(concern.has_value());
  EXPECT_EQ(concern->Nodes(), 2);
  EXPECT_EQ(concern->journal, true);
  EXPECT_EQ(concern->timeout, std::chrono::milliseconds(50));
}

TEST(Connection, ShowsItsTargetWithoutSecretsOrControlCharacters) {
  EXPECT_EQ(Resolve({"--uri=mongodb://u:p@a,b:1/db"}).display_target, "a,b:1/db");
  EXPECT_EQ(Resolve({"--uri=mongodb://h", "--db=x\x1b[2J"}).display_target, "h/x\\x1b[2J");
}

TEST(ConfigFile, RefusesWhatItDoesNotKnow) {
  const TemporaryFile unknown("uri: mongodb://h\nuser: x\n");
  const TemporaryFile list("- a\n");
  const TemporaryFile nested("uri: [a]\n");
  const TemporaryFile broken("uri: 'mongodb://u:secret@h\n");
  const TemporaryFile torn("uri: [mongodb://h\n");
  const TemporaryFile empty("");
  const TemporaryFile large(std::string(70000, '#'));
  const TemporaryFile open_file("password: x\n", 0640);
  const TemporaryFile harmless("uri: mongodb://h\n", 0644);
  const auto failure = [](const TemporaryFile& file) {
    return FailureOf({"--config", file.path()});
  };
  EXPECT_EQ(failure(unknown),
            "2: config file " + unknown.path() +
                ": unknown key 'user' [known are uri, password, tlsCertificateKeyFilePassword and "
                "sslPEMKeyPassword]");
  EXPECT_EQ(failure(list), "2: config file " + list.path() + ": not an object");
  EXPECT_EQ(failure(nested), "2: config file " + nested.path() + ": uri: not a single value");
  EXPECT_EQ(failure(broken).find("secret"), std::string::npos);
  EXPECT_NE(failure(broken), "no error");
  EXPECT_TRUE(failure(torn).starts_with("2: config file ")) << failure(torn);
  EXPECT_EQ(failure(empty), "2: config file " + empty.path() + ": not an object");
  EXPECT_EQ(failure(large), "2: read " + large.path() + ": larger than 64 KiB");
  EXPECT_TRUE(failure(open_file).ends_with("[chmod 600 " + open_file.path() + "]"));
  EXPECT_EQ(failure(harmless), "no error");
}

TEST(Connection, TakesWhatScriptsForTheOldToolsSay) {
  EXPECT_EQ(UriOf({"--host=h", "--ssl", "--sslAllowInvalidCertificates"}),
            "mongodb://h:27017/?directConnection=true&tls=true&tlsAllowInvalidCertificates=true");
  EXPECT_EQ(UriOf({"--host=h", "--tls", "--sslAllowInvalidHostnames"}),
            "mongodb://h:27017/?directConnection=true&tls=true&tlsAllowInvalidHostnames=true");
  EXPECT_NE(Resolve({"--serverSelectionTimeout=7"}).uri.find("serverSelectionTimeoutMS=7000"),
            std::string::npos);
  EXPECT_NE(Resolve({"--dialTimeout=3"}).uri.find("connectTimeoutMS=3000"), std::string::npos);
  EXPECT_EQ(UriOf({"--uri=mongodb://h/", "--socketTimeout=5", "--numThreads=4"}), "mongodb://h/");
}

TEST(Connection, RefusesWhatItWouldOtherwiseIgnoreAtTheCostOfSafety) {
  EXPECT_EQ(FailureOf({"--tls", "--sslFIPSMode"}),
            "12: --sslFIPSMode is not supported [configure libssl of the system for FIPS]");
  EXPECT_TRUE(FailureOf({"--tls", "--sslCRLFile=crl.pem"}).starts_with("12: --sslCRLFile"));
}

TEST(Connection, RefusesTwoServiceNames) {
  const std::string uri =
      "--uri=mongodb://u%40R@h/?authMechanism=GSSAPI&authMechanismProperties=SERVICE_NAME:one";
  EXPECT_TRUE(FailureOf({uri, "--gssapiServiceName=two"})
                  .starts_with("2: --gssapiServiceName two contradicts"));
  EXPECT_EQ(UriOf({uri, "--gssapiServiceName=one"}), UriOf({uri}));
}

}  // namespace
}  // namespace haul
