#include "core/cli/run_tool.h"
#include "tools/import/options.h"
#include "tools/import/run.h"

int main(int argc, char** argv) {
  haul::ImportFlags flags;
  flags.imitates = haul::CalledAs("mongoimport", argc, argv);
  return haul::RunTool(haul::ImportCommand(flags), argc, argv, [&](const haul::Invocation& run) {
    return haul::RunImport(haul::CheckImportOptions(flags, run.parsed, run.environment), run);
  });
}
