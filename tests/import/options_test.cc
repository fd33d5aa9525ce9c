#include "tools/import/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/expect_error.h"

namespace haul {
namespace {

/// The options that a command line comes to.
ImportOptions Options(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  ImportFlags flags;
  Environment environment;
  const ParsedOptions parsed = ParseCommandLine(ImportCommand(flags), argv, environment);
  return CheckImportOptions(flags, parsed, environment);
}

TEST(ImportOptions, NameTheCollectionByTheFileWithoutItsEndings) {
  EXPECT_EQ(Options({"dir/users.json"}).collection, "users");
  EXPECT_EQ(Options({"dir/a.b.json.zst"}).collection, "a.b");
  EXPECT_EQ(Options({"--file=dir/users.csv.gz", "--type=csv", "--headerline"}).collection, "users");
  EXPECT_EQ(Options({"x.json"}).database, "test");
  EXPECT_EQ(Options({"--uri=mongodb://h/shop", "x.json"}).database, "shop");
}

TEST(ImportOptions, UpsertFieldsAloneMeanUpsert) {
  const WriteMode mode = Options({"x.json", "--upsertFields", "a, b.c"}).mode;
  EXPECT_EQ(mode.keyed, KeyedMode::kReplace);
  EXPECT_EQ(mode.key, (std::vector<std::string>{"a", "b.c"}));
  EXPECT_TRUE(mode.inserts_keyless);
  EXPECT_EQ(Options({"x.json", "--mode=delete"}).mode.key, std::vector<std::string>{"_id"});
  EXPECT_EQ(Options({"x.json", "--upsert"}).mode.keyed, KeyedMode::kReplace);
  EXPECT_FALSE(Options({"x.json"}).mode.keyed);
}

TEST(ImportOptions, CommasInTheArgumentOfATypeDoNotEndAColumn) {
  EXPECT_EQ(Options({"x.csv", "--type=csv", "--columnsHaveTypes", "-f",
                     R"(a.date(Jan 2, 2006),b.string(),c.date(\(,\)))"})
                .columns.columns,
            (std::vector<std::string>{"a.date(Jan 2, 2006)", "b.string()", R"(c.date(\(,\)))"}));
}

TEST(ImportOptions, OrderMeansOneWorkerAndAStopAtTheFirstReject) {
  const ImportOptions options = Options({"x.json", "--maintainInsertionOrder", "-j", "8"});
  EXPECT_EQ(options.jobs, 1U);
  EXPECT_TRUE(options.stop_on_error);
  EXPECT_EQ(Options({"x.json", "-j", "8"}).jobs, 8U);
  EXPECT_EQ(Options({"x.json", "-j", "8", "--jobs", "3"}).jobs, 3U);
}

TEST(ImportOptions, TakeHiddenOptionsOfTheOldToolWithoutEffect) {
  EXPECT_EQ(Options({"x.json", "--numDecodingWorkers=3", "--batchSize=7"}).path, "x.json");
}

TEST(ImportOptions, DropAndAKeyExcludeEachOther) {
  ExpectError(
      [] {
        static_cast<void>(Options({"x.json", "--drop", "--mode=merge"}));
      },
      ExitCode::kUsage, "--drop leaves nothing to upsert into, merge with or delete from");
}

}  // namespace
}  // namespace haul
