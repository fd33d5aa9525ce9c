#include "core/cli/run_tool.h"
#include "restore/options.h"
#include "restore/run.h"

int main(int argc, char** argv) {
  haul::RestoreFlags flags = haul::CalledAs("mongorestore", argc, argv)
                                 ? haul::FlagsOfMongorestore()
                                 : haul::RestoreFlags();
  return haul::RunTool(haul::RestoreCommand(flags), argc, argv, [&](const haul::Invocation& run) {
    return haul::RunRestore(haul::CheckRestoreOptions(flags, run.parsed, run.environment), run);
  });
}
