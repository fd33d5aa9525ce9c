#include "dump/options.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace haul {
namespace {

const std::chrono::system_clock::time_point kMoment{std::chrono::seconds{1'795'248'479}};

DumpOptions Check(const std::vector<const char*>& arguments) {
  std::vector<std::string> texts(arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& text : texts) argv.push_back(text.data());
  DumpFlags flags;
  const Command command = DumpCommand(flags);
  Environment environment;
  const ParsedOptions parsed = ParseCommandLine(command, argv, environment);
  return CheckDumpOptions(flags, parsed, environment, kMoment);
}

ExitCode CodeOf(const std::vector<const char*>& arguments) {
  try {
    static_cast<void>(Check(arguments));
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::kOk;
}

TEST(DumpOptions, DefaultsAreThoseOfTheDocumentation) {
  const DumpOptions options = Check({"--uri", "mongodb://h"});
  EXPECT_EQ(options.destination.path, "dump");
  EXPECT_EQ(options.destination.codec.id, CodecId::kZstd);
  EXPECT_EQ(options.destination.codec.level, 2);
  EXPECT_GE(options.jobs, 4U);
  EXPECT_TRUE(options.sync);
  EXPECT_TRUE(options.database.empty());
}

TEST(DumpOptions, TheOplogIsForFullDumps) {
  EXPECT_TRUE(Check({"--uri=mongodb://h", "--oplog", "--snapshot"}).oplog);
  for (const std::vector<const char*>& part :
       std::vector<std::vector<const char*>>{{"--uri=mongodb://h/shop"},
                                             {"--uri=mongodb://h", "--db=shop"},
                                             {"--uri=mongodb://h", "--db=shop", "--collection=a"},
                                             {"--uri=mongodb://h", "--nsInclude=shop.*"},
                                             {"--uri=mongodb://h", "--nsExclude=shop.*"},
                                             {"--uri=mongodb://h", "--viewsAsCollections"}}) {
    EXPECT_EQ(CodeOf(part), ExitCode::kOk) << part.back();
    std::vector<const char*> with = part;
    with.push_back("--snapshot");
    EXPECT_EQ(CodeOf(with), ExitCode::kOk) << part.back();
    with.back() = "--oplog";
    EXPECT_EQ(CodeOf(with), ExitCode::kUsage) << part.back();
  }
}

TEST(DumpOptions, TheDatabaseOfTheUriSelectsIt) {
  EXPECT_EQ(Check({"--uri=mongodb://h/shop"}).database, "shop");
  EXPECT_EQ(CodeOf({"--uri=mongodb://h/shop", "--db", "other"}), ExitCode::kUsage);
}

TEST(DumpOptions, RefusesCombinationsThatContradictThemselves) {
  const std::vector<std::vector<const char*>> refused = {
      {"--uri=mongodb://h", "-c", "orders"},
      {"--uri=mongodb://h/shop", "-q", "{}"},
      {"--uri=mongodb://h/shop", "-c", "a", "-q", "{}", "--queryFile", "f"},
      {"--uri=mongodb://h/shop", "-c", "a", "-q", "{}", "--forceTableScan"},
      {"--uri=mongodb://h/shop", "-c", "a", "-q", "not json"},
      {"--uri=mongodb://h/shop", "-c", "a", "--queryFile", "/no/such/file"},
      {"--uri=mongodb://h/shop", "-c", "a", "--excludeCollection", "b"},
      {"--uri=mongodb://h/shop", "-c", "a", "--nsExclude", "shop.b"},
      {"--uri=mongodb://h", "--excludeCollection", "b"},
      {"--uri=mongodb://h", "--excludeCollectionsWithPrefix", "b"},
      {"--uri=mongodb://h", "--dumpDbUsersAndRoles"},
      {"--uri=mongodb://h/shop", "-c", "a", "--dumpDbUsersAndRoles"},
      {"--uri=mongodb://h/shop", "-c", "system.buckets.weather"},
      {"--uri=mongodb://h/shop", "--gzip", "--compress", "zstd"},
      {"--uri=mongodb://h/shop", "--compress", "zstd:99"},
      {"--uri=mongodb://h/shop", "--compress", "lz4"},
      {"--uri=mongodb://h/shop", "--out", ""},
      {"--uri=mongodb://h/shop", "--out", "d", "--archive"},
      {"--uri=mongodb://h/shop", "--out", "d", "--archive=f"},
      {"--uri=mongodb://h/shop", "--out", "-"},
      {"--uri=mongodb://h/shop", "-c", "a", "--out", "-", "--gzip"},
      {"--uri=mongodb://h/shop", "-c", "a", "--out", "-", "--compress", "zstd"},
      {"--uri=mongodb://h/shop", "--jobs", "0"},
      {"--uri=mongodb://h/shop", "--maxRate", "fast"},
      {"--uri=mongodb://h/shop", "--json"},
      {"--uri=mongodb://h/shop", "--noSuchOption"},
  };
  for (const auto& arguments : refused) {
    EXPECT_EQ(CodeOf(arguments), ExitCode::kUsage) << arguments.back();
  }
}

TEST(DumpOptions, GzipAndItsLevelGoTogether) {
  EXPECT_EQ(Check({"--uri=mongodb://h", "--gzip"}).destination.codec.id, CodecId::kGzip);
  EXPECT_EQ(CodeOf({"--uri=mongodb://h", "--gzip", "--compress", "gzip:9"}), ExitCode::kOk);
}

TEST(DumpOptions, TheManifestNamesTheSelectionAndNoSecret) {
  const DumpOptions options = Check({"--uri=mongodb://user:s3cret@h/shop?authSource=admin",
                                     "--collection=orders", R"(--query={"status":"completed"})"});
  const std::string text(AsText(options.selection.bytes()));
  EXPECT_NE(text.find("orders"), std::string::npos);
  EXPECT_NE(text.find("completed"), std::string::npos);
  EXPECT_EQ(text.find("s3cret"), std::string::npos);
  EXPECT_EQ(text.find("user"), std::string::npos);
}

}  // namespace
}  // namespace haul
