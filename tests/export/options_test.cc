#include "tools/export/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/bson/extended_json.h"
#include "tests/core/cli/temporary_file.h"
#include "tests/support/expect_error.h"

namespace haul {
namespace {

ExportOptions Check(const std::vector<std::string>& arguments) {
  std::vector<std::string> texts = arguments;
  std::vector<char*> argv;
  for (std::string& text : texts) argv.push_back(text.data());
  ExportFlags flags;
  const Command command = ExportCommand(flags);
  Environment environment;
  const ParsedOptions parsed = ParseCommandLine(command, argv, environment);
  return CheckExportOptions(flags, parsed, environment);
}

// With a server and a collection.
std::vector<std::string> Line(std::vector<std::string> more) {
  more.insert(more.begin(), {"--uri=mongodb://h/shop", "-c=users"});
  return more;
}

std::string Refusal(const std::vector<std::string>& arguments) {
  const auto error = Caught([&] { (void)Check(arguments); });
  if (!error) return "accepted";
  EXPECT_EQ(error->code(), ExitCode::kUsage);
  return error->message();
}

std::string Relaxed(const Document& document) {
  ByteBuffer out;
  JsonWriter({.relaxed = true}).Append(document.bytes(), out);
  return std::string(AsText(out.view()));
}

TEST(ExportOptions, DefaultsAreThoseOfMongoexport) {
  const ExportOptions options = Check({"--uri=mongodb://h", "-c=users"});
  EXPECT_EQ(options.database, "test");
  EXPECT_TRUE(options.form.relaxed);
  EXPECT_EQ(options.form.kind, TextForm::Kind::kLines);
  EXPECT_TRUE(options.out.empty());
  EXPECT_FALSE(options.to_directory);
  EXPECT_EQ(options.codec.id, CodecId::kNone);
  EXPECT_EQ(options.sync, Sync::kDurable);
  EXPECT_GE(options.jobs, 4U);
}

TEST(ExportOptions, TakesTypesInAnyCaseAndTheOldCsvFlag) {
  EXPECT_EQ(Check(Line({"--type=CSV", "-f=a"})).form.table.kind, DelimitedKind::kCsv);
  EXPECT_EQ(Check(Line({"--type=tsv", "-f=a"})).form.table.kind, DelimitedKind::kTsv);
  EXPECT_EQ(Check(Line({"--csv", "-f=a"})).form.kind, TextForm::Kind::kTable);
  EXPECT_EQ(Refusal(Line({"--type=xml"})), "--type 'xml': it is json, csv or tsv");
  EXPECT_EQ(Refusal(Line({"--type=csv"})),
            "--type csv needs --fields or --fieldFile: the columns of the table");
}

TEST(ExportOptions, AsksTheServerForWhatIsWantedOnly) {
  const TemporaryFile fields("name\naddress.city\n");
  const ExportOptions options = Check(
      Line({"--fieldFile=" + fields.path(), R"(--sort={"name":-1})", "--skip=2", "--limit=5"}));
  EXPECT_EQ(Relaxed(options.selection.more),
            R"({"projection":{"_id":1,"name":1,"address":1},"sort":{"name":-1},)"
            R"("allowDiskUse":true,"skip":2,"limit":5})");
  EXPECT_TRUE(options.selection.ordered);
  EXPECT_FALSE(Check(Line({"-f=a", "--limit=0", "--skip=0"})).selection.ordered);
}

TEST(ExportOptions, ReadsQueriesStrictlyBeforeAnythingIsTouched) {
  EXPECT_EQ(Relaxed(*Check(Line({R"(-q={"a":{"$gt":1}})"})).selection.filter),
            R"({"a":{"$gt":1}})");
  EXPECT_EQ(Relaxed(*Check(Line({"-q={x:{$gt:1}}"})).selection.filter), R"({"x":{"$gt":1}})");
  const TemporaryFile file(R"({"b":2})");
  EXPECT_EQ(Relaxed(*Check(Line({"--queryFile=" + file.path()})).selection.filter), R"({"b":2})");
  EXPECT_NE(Refusal(Line({"-q={]"})), "accepted");
  EXPECT_NE(Refusal(Line({"--sort=5"})), "accepted");
  EXPECT_NE(Refusal(Line({"--queryFile=/nowhere/at/all"})), "accepted");
  EXPECT_EQ(Refusal(Line({"-q={}", "--queryFile=" + file.path()})),
            "--query and --queryFile exclude each other");
  EXPECT_EQ(Refusal(Line({"-q={}", "--forceTableScan"})),
            "--forceTableScan and --query exclude each other");
}

TEST(ExportOptions, TakesPipelinesThatOnlyRead) {
  const TemporaryFile pipeline(R"([{"$match":{"a":1}},{"$project":{"b":1}}])");
  const ExportOptions options = Check(Line({"--aggregate=" + pipeline.path()}));
  EXPECT_EQ(Relaxed(*options.selection.aggregation),
            R"({"pipeline":[{"$match":{"a":1}},{"$project":{"b":1}}]})");
  for (const char* text : {R"([{"$out":"x"}])", R"([{"$match":{}},{"$merge":{"into":"x"}}])"}) {
    const TemporaryFile writes(text);
    EXPECT_NE(Refusal(Line({"--aggregate=" + writes.path()})).find("would write"),
              std::string::npos);
  }
  const TemporaryFile object("{}");
  EXPECT_EQ(Refusal(Line({"--aggregate=" + object.path()})),
            "--aggregate: the file holds no array");
  EXPECT_EQ(Refusal(Line({"--aggregate=" + pipeline.path(), "--sort={\"a\":1}"})),
            "--aggregate and --sort exclude each other");
}

TEST(ExportOptions, PutsSeveralCollectionsIntoADirectory) {
  const ExportOptions whole = Check({"--uri=mongodb://h/shop", "--out=d"});
  EXPECT_TRUE(whole.to_directory);
  EXPECT_FALSE(whole.form.relaxed);
  EXPECT_TRUE(Check({"--uri=mongodb://h/shop", "-c=a", "-c=b", "--out=d"}).to_directory);
  EXPECT_TRUE(Check(Line({"--out=d/"})).to_directory);
  EXPECT_FALSE(Check(Line({"--out=d"})).to_directory);
  EXPECT_EQ(Refusal({"--uri=mongodb://h/shop"}),
            "a whole database (no --collection) goes into a directory, and --out names none");
  EXPECT_EQ(Refusal({"--uri=mongodb://h", "--out=d"}),
            "neither --db nor --collection says what to export");
  EXPECT_EQ(Refusal({"--uri=mongodb://h/shop", "-c=a", "-c=b", "--out=d", "-q={}"}),
            "--query is of one collection, and this is 2 collections");
  EXPECT_NE(Refusal({"--uri=mongodb://h/shop", "--out=d", "--jsonFormat=relaxed"}), "accepted");
  EXPECT_NE(Refusal(Line({"--excludeCollection=a"})), "accepted");
  EXPECT_EQ(Refusal(Line({"--overwrite"})), "accepted");
  EXPECT_EQ(Refusal({"--uri=mongodb://h/shop", "-c=a", "-c=a", "--out=d"}),
            "--collection names 'a' twice");
}

TEST(ExportOptions, RefusesNamesThatNoServerHas) {
  EXPECT_NE(Refusal({"--uri=mongodb://h", "-d=a b", "-c=x"}), "accepted");
  EXPECT_NE(Refusal({"--uri=mongodb://h", "-d=a", "-c=.x"}), "accepted");
}

TEST(ExportOptions, TakesTheReadPreferenceOfOldScripts) {
  EXPECT_EQ(Check(Line({"--slaveOk"})).connection.read_preference, "nearest");
  EXPECT_EQ(Check(Line({"-k"})).connection.read_preference, "nearest");
  EXPECT_EQ(Refusal(Line({"-k", "--readPreference=primary"})),
            "--slaveOk and --readPreference exclude each other");
  EXPECT_EQ(Refusal(Line({"--csvSafe"})), "--csvSafe is of tables: it needs --type csv or tsv");
}

}  // namespace
}  // namespace haul
