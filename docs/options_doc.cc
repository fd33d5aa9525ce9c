// Prints what is made of the tables of options:
//   haul-options-doc                    docs/options.md; ctest compares it with the file
//   haul-options-doc man TOOL           a page for man(1)
//   haul-options-doc completion bash    completion for bash

#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cli/option_text.h"
#include "dump/options.h"
#include "restore/options.h"
#include "seed/options.h"
#include "tools/export/options.h"
#include "tools/import/options.h"
#include "tools/inspect/options.h"

namespace {

std::string Wanted(std::span<char*> arguments, std::span<const haul::Command> commands) {
  if (arguments.empty()) return haul::OptionsReference(commands);
  const std::string_view what = arguments.front();
  const std::string_view which = arguments.size() == 2 ? arguments.back() : std::string_view();
  if (what == "completion" && which == "bash") return haul::BashCompletion(commands);
  for (const haul::Command& command : commands) {
    if (what == "man" && which == command.name) return haul::ManPage(command);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  haul::DumpFlags dump;
  haul::RestoreFlags restore;
  haul::SeedFlags seed;
  haul::InspectFlags inspect;
  haul::ExportFlags exported;
  haul::ImportFlags imported;
  const std::vector<haul::Command> commands = {
      haul::DumpCommand(dump), haul::RestoreCommand(restore), haul::SeedCommand(seed),
      haul::InspectCommand(inspect), haul::ExportCommand(exported), haul::ImportCommand(imported)};
  const std::string text =
      Wanted(std::span(argv, static_cast<std::size_t>(argc)).subspan(1), commands);
  if (text.empty()) return 2;
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
