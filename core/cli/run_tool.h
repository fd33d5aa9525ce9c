#pragma once

#include <functional>
#include <string_view>

#include "core/base/error.h"
#include "core/cli/environment.h"
#include "core/cli/options.h"
#include "core/pipeline/stop.h"
#include "core/report/log.h"

namespace haul {

/// What a tool's body gets: the command line is parsed, signals request `stop`.
struct Invocation {
  const ParsedOptions& parsed;
  const Environment& environment;
  Log& log;
  StopFlag& stop;
};

/// Whether the program was called by the name of `tool`, of which bin/ may hold a link.
[[nodiscard]] bool CalledAs(std::string_view tool, int argc, char** argv);

/// main() of every tool: parses into the fields that the command's rows name, answers --help and
/// --version (on stdout), runs `body`, and turns what it returns or throws into the exit code and
/// the lines on stderr. A signal's code is returned where nothing more severe happened. A command
/// that imitates another one ends with 0 or 1, as that one does.
[[nodiscard]] int RunTool(Command command, int argc, char** argv,
                          const std::function<ExitCode(const Invocation&)>& body);

/// `name: error: message` and its hint, once, in the log's format.
void ReportError(Log& log, const Error& error);

/// Leaves without joining threads or running destructors (workers may hang in a blocked call).
/// Removes the live block and flushes stdout first.
[[noreturn]] void ExitAtOnce(Log& log, ExitCode code);

}  // namespace haul
