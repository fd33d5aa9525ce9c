#include "core/cli/run_tool.h"
#include "tools/export/options.h"
#include "tools/export/run.h"

int main(int argc, char** argv) {
  haul::ExportFlags flags;
  return haul::RunTool(haul::ExportCommand(flags), argc, argv, [&](const haul::Invocation& run) {
    return haul::RunExport(haul::CheckExportOptions(flags, run.parsed, run.environment), run);
  });
}
