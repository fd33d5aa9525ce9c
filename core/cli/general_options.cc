#include "core/cli/general_options.h"

namespace haul {

OptionGroup GeneralGroup(GeneralOptions& general) {
  return {
      .title = "General",
      .options = {
          {.name = "help", .field = FlagField{&general.help}, .help = "print this and exit"},
          {.name = "version",
           .field = FlagField{&general.version},
           .help = "print the version and exit"},
          {.name = "quiet", .field = FlagField{&general.quiet}, .help = "print only errors"},
          {.name = "verbose",
           .letter = 'v',
           .field = LevelField{&general.verbose},
           .argument = "LEVEL",
           .help = "print more; -vv even more"},
          {.name = "logFormat",
           .field = ChoiceField{&general.log_format, {"text", "json"}},
           .argument = "FORMAT",
           .help = "form of the lines on stderr"},
          {.name = "envFile",
           .field = TextField{&general.env_file},
           .argument = "FILE",
           .help = "NAME=value lines for the environment variables that options name; variables "
                   "that are set win"},
      }};
}

}  // namespace haul
