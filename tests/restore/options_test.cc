#include "restore/options.h"

#include <gtest/gtest.h>

#include "core/bson/extended_json.h"
#include "tests/restore/command_line.h"

namespace haul::testing {
namespace {

ExitCode CodeFor(const std::vector<std::string>& arguments,
                 const std::string& uri = "mongodb://h") {
  return CodeOf([&] { static_cast<void>(Check(arguments, uri)); });
}

std::string ConcernOf(const std::vector<std::string>& arguments,
                      const std::string& uri = "mongodb://h") {
  return ToCanonicalJson(Check(arguments, uri).write_concern.bytes());
}

TEST(RestoreOptions, DefaultsAreThoseOfTheDocumentation) {
  const RestoreOptions options = Check({});
  EXPECT_EQ(options.path, "dump");
  EXPECT_GE(options.jobs, 4U);
  EXPECT_TRUE(options.with_indexes && options.with_options);
  EXPECT_FALSE(options.drop || options.stop_on_error || options.objcheck);
  EXPECT_EQ(ToCanonicalJson(options.write_concern.bytes()), R"({"w":"majority"})");
  EXPECT_EQ(options.rejects.substr(0, 13), "haul-rejects-");
}

TEST(RestoreOptions, TakeThePathAsAnArgumentOrByDir) {
  EXPECT_EQ(Check({"backup"}).path, "backup");
  EXPECT_EQ(Check({"--dir=backup"}).path, "backup");
  EXPECT_EQ(CodeFor({"--dir=backup", "other"}), ExitCode::kUsage);
  EXPECT_EQ(CodeFor({"-"}), ExitCode::kUsage);
  EXPECT_EQ(CodeFor({"-", "--db=shop"}), ExitCode::kUsage);
}

TEST(RestoreOptions, TakeTheDatabaseFromTheUriOrDbButNotTwo) {
  EXPECT_EQ(Check({}, "mongodb://h/shop").database, "shop");
  EXPECT_EQ(Check({"--db=shop"}).database, "shop");
  EXPECT_EQ(CodeFor({"--db=other"}, "mongodb://h/shop"), ExitCode::kUsage);
}

TEST(RestoreOptions, RefuseWhatContradictsItself) {
  const std::vector<std::vector<std::string>> refused = {
      {"--preserveUUID"},
      {"--restoreDbUsersAndRoles"},
      {"--restoreDbUsersAndRoles", "--db=admin"},
      {"--db=a", "--collection=b", "--excludeCollection=c"},
      {"--db=a", "--collection=system.buckets.b"},
      {"--nsFrom=a.*"},
      {"--nsFrom=a.*", "--nsTo=*.*"},
      {"--numInsertionWorkersPerCollection=0"},
      {"--numInsertionWorkersPerCollection=2", "--maintainInsertionOrder"},
      {"--jobs=0"},
      {"--db=a.b"}};
  for (const auto& arguments : refused) {
    EXPECT_EQ(CodeFor(arguments), ExitCode::kUsage) << arguments.front();
  }
}

TEST(RestoreOptions, StopAtTheFirstRejectWhereTheOrderIsKept) {
  EXPECT_TRUE(Check({"--maintainInsertionOrder"}).stop_on_error);
  EXPECT_TRUE(Check({"--stopOnError"}).stop_on_error);
}

TEST(RestoreOptions, ReadTheWriteConcernFromFlagOrUri) {
  EXPECT_EQ(ConcernOf({"--writeConcern=2"}), R"({"w":{"$numberInt":"2"}})");
  EXPECT_EQ(ConcernOf({"--writeConcern={w: 'dc', j: true, wtimeout: 500}"}),
            R"({"w":"dc","j":true,"wtimeout":{"$numberLong":"500"}})");
  EXPECT_EQ(ConcernOf({}, "mongodb://h/?w=1"), R"({"w":{"$numberInt":"1"}})");
  EXPECT_EQ(CodeFor({"--writeConcern=2"}, "mongodb://h/?w=1"), ExitCode::kUsage);
}

TEST(RestoreOptions, AlwaysWaitForAnAcknowledgement) {
  EXPECT_EQ(ConcernOf({"--writeConcern=0"}), R"({"w":{"$numberInt":"1"}})");
}

TEST(RestoreOptions, TakeNamesInKebabCaseToo) {
  EXPECT_TRUE(Check({"--no-index-restore"}).with_indexes == false);
  EXPECT_TRUE(Check({"--drop", "--preserve-uuid"}).preserve_uuid);
}

}  // namespace
}  // namespace haul::testing
