#include "core/cli/option_text.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "core/cli/connection_options.h"
#include "temporary_file.h"

namespace haul {
namespace {

struct Fields {
  std::string out = "dump";
  std::uint64_t jobs = 4;
  std::uint64_t rate = 0;
  std::optional<std::string> archive = {};
  std::vector<std::string> exclude = {};
  std::vector<std::string> directories = {};
  ConnectionFlags connection = {};
};

Command CommandFor(Fields& f) {
  return {.name = "haul-try",
          .summary = "Tries things, many of them, and says what came of it in a sentence.",
          .groups = {{.title = "Output",
                      .options = {{.name = "out",
                                   .letter = 'o',
                                   .field = TextField{&f.out},
                                   .argument = "DIR",
                                   .help = "where to | put it"},
                                  {.name = "jobs",
                                   .field = CountField{&f.jobs, 1, 256},
                                   .argument = "N",
                                   .help = "workers",
                                   .default_text = "the cores"},
                                  {.name = "archive",
                                   .field = OptionalValueField{&f.archive},
                                   .argument = "FILE",
                                   .help = "one file"},
                                  {.name = "maxRate", .field = RateField{&f.rate}, .help = "limit"},
                                  {.name = "excludeCollectionsWithPrefix",
                                   .field = TextsField{&f.exclude},
                                   .argument = "PREFIX",
                                   .help = "leave out",
                                   .aliases = {"oldName"}}}},
                     ConnectionGroup(f.connection, ServerRole::kSource)},
          .positionals = {.name = "DIR", .into = &f.directories, .max = 1},
          .examples = {"haul-try --out=x"}};
}

std::size_t LongestLine(const std::string& text) {
  std::istringstream lines(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return longest;
}

TEST(HelpText, FitsTheTerminal) {
  Fields fields;
  const Command command = CommandFor(fields);
  for (const std::size_t width : {60U, 72U, 80U, 100U, 120U}) {
    EXPECT_LE(LongestLine(HelpText(command, width)), width);
  }
  EXPECT_LE(LongestLine(HelpText(command, 500)), 120U);
  EXPECT_FALSE(HelpText(command, 0).empty());
}

TEST(HelpText, GroupsOptionsWithDefaultRangeAndEnvironment) {
  Fields fields;
  const std::string text = HelpText(CommandFor(fields), 100);
  for (const char* part :
       {"Usage: haul-try [OPTION]... [DIR]\n", "\nOutput:\n", "\nConnection:\n",
        "  -o, --out=DIR                   where to | put it; default: dump\n",
        "      --jobs=N                    workers (1 to 256); default: the cores\n",
        "      --archive[=FILE]            one file\n",
        "      --maxRate=VALUE             limit; default: unlimited\n", "may be repeated",
        "environment: HAUL_URI, MONGO_URL", "default: 15m", "\nExamples:\n  haul-try --out=x\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(OptionsReference, HasARowForEveryOption) {
  Fields fields;
  const std::vector<Command> commands = {CommandFor(fields)};
  const std::string text = OptionsReference(commands);
  for (const char* part :
       {"## haul-try\n", "### haul-try: Output\n",
        "| `-o`, `--out=DIR` | where to \\| put it; default: dump |\n",
        "may be repeated; also `--oldName` |\n", "### haul-try: General\n", "| `--help` |"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  for (const OptionGroup& group : commands[0].groups) {
    for (const Option& option : group.options) {
      EXPECT_NE(text.find("`--" + option.name), std::string::npos) << option.name;
      EXPECT_FALSE(option.help.empty()) << option.name;
      EXPECT_FALSE(option.help.ends_with('.')) << option.name;
    }
  }
}

TEST(ManPage, HoldsEveryShownOptionAndEscapesDashes) {
  Fields fields;
  const std::string page = ManPage(CommandFor(fields));
  EXPECT_TRUE(page.starts_with(".TH HAUL-TRY 1 \"\" \"haul ")) << page;
  EXPECT_NE(
      page.find(".TP\n\\fB\\-o\\fR, \\fB\\-\\-out\\fR=DIR\nwhere to | put it; default: dump\n"),
      std::string::npos)
      << page;
  EXPECT_NE(page.find(".SS General\n"), std::string::npos);
  EXPECT_EQ(page.find("numThreads"), std::string::npos);
}

TEST(BashCompletion, CompletesOptionsAndTheWordsOfAChoice) {
  Fields fields;
  const std::vector<Command> commands = {CommandFor(fields)};
  const std::string script =
      BashCompletion(commands) +
      "COMP_WORDS=(haul-try --jo); COMP_CWORD=1; _haul_try; echo \"${COMPREPLY[*]}\"\n"
      "COMP_WORDS=(haul-try --logFormat = j); COMP_CWORD=3; _haul_try; echo \"${COMPREPLY[*]}\"\n";
  const TemporaryFile file(script);
  FILE* pipe = popen(("bash " + file.path()).c_str(), "r");  // NOLINT(cert-env33-c): a file of ours
  ASSERT_NE(pipe, nullptr);
  std::string said(200, '\0');
  said.resize(fread(said.data(), 1, said.size(), pipe));
  EXPECT_EQ(pclose(pipe), 0);
  EXPECT_EQ(said, "--jobs\njson\n");
}

}  // namespace
}  // namespace haul
