// Prints docs/options.md: ctest compares it with the file, and
// `haul-options-doc > docs/options.md` renews it.

#include <cstdio>
#include <string>
#include <vector>

#include "core/cli/option_text.h"
#include "dump/options.h"
#include "restore/options.h"

int main() {
  haul::DumpFlags dump;
  haul::RestoreFlags restore;
  const std::vector<haul::Command> commands = {haul::DumpCommand(dump),
                                               haul::RestoreCommand(restore)};
  const std::string text = haul::OptionsReference(commands);
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
