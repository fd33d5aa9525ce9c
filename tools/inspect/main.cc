#include "core/cli/run_tool.h"
#include "tools/inspect/options.h"
#include "tools/inspect/run.h"

int main(int argc, char** argv) {
  haul::InspectFlags flags;
  flags.imitates = haul::CalledAs("bsondump", argc, argv);
  return haul::RunTool(haul::InspectCommand(flags), argc, argv, [&](const haul::Invocation& run) {
    return haul::RunInspect(haul::CheckInspectOptions(flags, run.parsed), run);
  });
}
