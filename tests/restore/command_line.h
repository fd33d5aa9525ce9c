#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "restore/options.h"

namespace haul::testing {

/// The options of a command line, as haul-restore checks them; --uri mongodb://h is added.
[[nodiscard]] inline RestoreOptions Check(std::vector<std::string> arguments,
                                          const std::string& uri = "mongodb://h") {
  arguments.insert(arguments.begin(), "--uri=" + uri);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  RestoreFlags flags;
  const Command command = RestoreCommand(flags);
  Environment environment;
  const ParsedOptions parsed = ParseCommandLine(command, argv, environment);
  return CheckRestoreOptions(flags, parsed, environment);
}

/// The exit code that `act` throws; kOk where it throws nothing.
template <typename Act>
[[nodiscard]] ExitCode CodeOf(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::kOk;
}

}  // namespace haul::testing
