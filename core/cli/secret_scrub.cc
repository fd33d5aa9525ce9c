#include "core/cli/secret_scrub.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "core/cli/mongo_uri.h"
#include "core/cli/option_field.h"

namespace haul {
namespace {

void Overwrite(char* text) { std::memset(text, 'x', std::strlen(text)); }

bool Matches(const Option& option, std::string_view name) {
  const auto is = [name](const std::string& known) {
    return name == known || name == KebabCase(known);
  };
  return is(option.name) || std::any_of(option.aliases.begin(), option.aliases.end(), is);
}

const Option* FindSecret(const Command& command, std::string_view argument) {
  const bool is_long = argument.starts_with("--");
  if (!is_long && (argument.size() < 2 || argument.front() != '-')) return nullptr;
  const std::string_view name = argument.substr(2, argument.find('=') - 2);
  for (const OptionGroup& group : command.groups) {
    for (const Option& option : group.options) {
      const bool same = is_long ? Matches(option, name) : option.letter == argument[1];
      if (option.secret && same) return &option;
    }
  }
  return nullptr;
}

// Where the value begins inside `--name=value` or `-nvalue`; nullptr where it is the next argument.
char* ValueWithin(char* argument) {
  if (std::strncmp(argument, "--", 2) != 0) return argument[2] == '\0' ? nullptr : argument + 2;
  char* const equals = std::strchr(argument, '=');
  return equals == nullptr ? nullptr : equals + 1;
}

}  // namespace

std::vector<std::string> ScrubSecrets(const Command& command, std::span<char*> argv) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") break;
    const Option* const option = FindSecret(command, argument);
    if (option == nullptr) continue;
    char* value = ValueWithin(argv[i]);
    if (value == nullptr && i + 1 < argv.size()) value = argv[++i];
    if (value == nullptr) continue;
    Overwrite(value);
    found.push_back(ShownName(*option));
  }
  for (char* const argument : argv) {
    const auto spans = SecretsIn(argument);
    for (const SecretSpan& span : spans) std::memset(argument + span.offset, 'x', span.size);
    if (!spans.empty()) found.emplace_back("a connection string");
  }
  return found;
}

}  // namespace haul
