#include "core/cli/run_tool.h"
#include "restore/options.h"
#include "restore/run.h"

int main(int argc, char** argv) {
  haul::RestoreFlags flags;
  return haul::RunTool(haul::RestoreCommand(flags), argc, argv, [&](const haul::Invocation& run) {
    return haul::RunRestore(haul::CheckRestoreOptions(flags, run.parsed, run.environment), run);
  });
}
