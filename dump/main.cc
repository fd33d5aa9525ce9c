#include <chrono>

#include "core/cli/run_tool.h"
#include "dump/options.h"
#include "dump/run.h"

int main(int argc, char** argv) {
  haul::DumpFlags flags =
      haul::CalledAs("mongodump", argc, argv) ? haul::FlagsOfMongodump() : haul::DumpFlags();
  return haul::RunTool(haul::DumpCommand(flags), argc, argv, [&](const haul::Invocation& run) {
    return haul::RunDump(haul::CheckDumpOptions(flags, run.parsed, run.environment,
                                                std::chrono::system_clock::now()),
                         run);
  });
}
