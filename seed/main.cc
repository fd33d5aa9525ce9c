#include "core/cli/run_tool.h"
#include "seed/options.h"
#include "seed/run.h"

int main(int argc, char** argv) {
  haul::SeedFlags flags;
  return haul::RunTool(haul::SeedCommand(flags), argc, argv, [&](const haul::Invocation& run) {
    return haul::RunSeed(haul::CheckSeedOptions(flags, run.parsed, run.environment), run);
  });
}
