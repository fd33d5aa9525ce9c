#include "seed/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "seed/server_start.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

SeedOptions Check(std::vector<std::string> arguments, Environment environment = {}) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  SeedFlags flags;
  const Command command = SeedCommand(flags);
  const ParsedOptions parsed = ParseCommandLine(command, argv, environment);
  return CheckSeedOptions(flags, parsed, environment);
}

ExitCode CodeOf(const std::vector<std::string>& arguments) {
  const auto error = Caught([&] { static_cast<void>(Check(arguments)); });
  return error ? error->code() : ExitCode::kOk;
}

TEST(SeedOptions, DefaultsAreThoseOfTheDocumentation) {
  const SeedOptions options = Check({"--uri", "mongodb://h/shop"});
  EXPECT_EQ(options.plan.paths, std::vector<std::string>{"seeds"});
  EXPECT_EQ(options.plan.database, "shop");
  EXPECT_EQ(options.plan.environment, "production");
  EXPECT_FALSE(options.plan.environment_is_known);
  EXPECT_GE(options.jobs, 1U);
}

TEST(SeedOptions, TheEnvironmentHasThreeNames) {
  const auto environment = [](std::map<std::string, std::string, std::less<>> variables) {
    variables["MONGO_URL"] = "mongodb://h/shop";
    return Environment(variables);
  };
  EXPECT_EQ(Check({}, environment({{"NODE_ENV", "test"}})).plan.environment, "test");
  EXPECT_EQ(Check({}, environment({{"NODE_ENV", "test"}, {"HAUL_ENV", "stage"}})).plan.environment,
            "stage");
  EXPECT_EQ(Check({"--env", "x"}, environment({{"HAUL_ENV", "y"}})).plan.environment, "x");
}

TEST(SeedOptions, AKeyHasSeveralFields) {
  EXPECT_EQ(Check({"--uri=mongodb://h/d", "--key", "a,b.c"}).plan.key,
            (std::vector<std::string>{"a", "b.c"}));
}

TEST(SeedOptions, RefusesWhatContradictsItself) {
  EXPECT_EQ(CodeOf({"--uri=mongodb://h"}), ExitCode::kUsage);
  EXPECT_EQ(CodeOf({"--uri=mongodb://h/d", "--drop", "--clear"}), ExitCode::kUsage);
  EXPECT_EQ(CodeOf({"--uri=mongodb://h/d", "--drop", "--transaction"}), ExitCode::kUsage);
  EXPECT_EQ(CodeOf({"--uri=mongodb://h/d", "--collection", "a$b\n"}), ExitCode::kOk);
  EXPECT_EQ(CodeOf({"--uri=mongodb://h/d", "--jobs", "0"}), ExitCode::kUsage);
}

TEST(ServerStart, ASetIsMadeOnLoopbackOnly) {
  for (const char* host :
       {"localhost", "127.0.0.1:27018", "127.1.2.3", "[::1]:27017", "localhost:1"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host :
       {"example.org", "127.example.org:1", "10.0.0.1", "localhost.example.org", "[::2]:1"}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
  const auto code = [](const std::string& uri) {
    const SeedOptions options = Check({"--uri", uri, "--initReplicaSet"});
    const auto error = Caught([&] { static_cast<void>(StartOf(options)); });
    return error ? error->code() : ExitCode::kOk;
  };
  EXPECT_EQ(code("mongodb://10.0.0.1/d"), ExitCode::kUsage);
  EXPECT_EQ(code("mongodb://127.0.0.1,127.0.0.1:27018/d"), ExitCode::kUsage);
  const ServerStart start =
      StartOf(Check({"--uri", "mongodb://localhost/d?replicaSet=x", "--initReplicaSet"}));
  EXPECT_EQ(start.host, "localhost:27017");
  EXPECT_EQ(start.direct_uri.find("replicaSet"), std::string::npos);
}

}  // namespace
}  // namespace haul
