#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cctype>
#include <cstddef>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/cli/mongo_uri.h"
#include "core/cli/nearest_name.h"
#include "core/cli/option_field.h"
#include "core/cli/options.h"
#include "core/cli/secret_scrub.h"

namespace haul {
namespace {

namespace po = boost::program_options;

bool IsUpper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

po::value_semantic* Semantic(Arity arity) {
  if (arity == Arity::kNone) return po::bool_switch();
  auto* const value = po::value<std::string>();
  return arity == Arity::kOptional ? value->implicit_value("") : value;
}

// Every long name of a row; the first is what the parser reports.
std::vector<std::string> LongNames(const Option& option) {
  std::vector<std::string> names = {option.name};
  names.insert(names.end(), option.aliases.begin(), option.aliases.end());
  for (std::size_t i = 0, count = names.size(); i < count; ++i) {
    const std::string kebab = KebabCase(names[i]);
    if (kebab != names[i]) names.push_back(kebab);
  }
  return names;
}

std::string ShownValue(const Option& option, std::string_view value) {
  return option.secret ? "***" : EscapeForDisplay(RedactUri(value));
}

/// One command line on its way into the fields.
class CommandLine {
 public:
  explicit CommandLine(const Command& command) : command_(command) {
    for (const OptionGroup& group : command.groups) {
      for (const Option& option : group.options) Add(option);
    }
  }

  void Parse(const std::vector<std::string>& arguments);
  void TakeEnvironment(Environment& environment);
  [[nodiscard]] std::map<std::string, Origin, std::less<>> origins() && {
    return std::move(origins_);
  }

 private:
  void Add(const Option& option);
  void TakeFound(const po::option& found);
  [[nodiscard]] bool IsKnownOption(std::string_view argument) const;
  void Take(const Option& option, const std::string& value);
  void TakePositional(const std::string& value);
  [[nodiscard]] Error Unknown(const std::string& argument) const;

  const Command& command_;
  po::options_description description_;
  std::map<std::string, const Option*, std::less<>> rows_;
  std::vector<std::string> names_;
  std::string letters_;
  std::map<std::string, std::string, std::less<>> values_;  // single-valued options seen so far
  std::map<std::string, Origin, std::less<>> origins_;
};

void CommandLine::Add(const Option& option) {
  const std::vector<std::string> names = LongNames(option);
  std::string all = fmt::format("{}", fmt::join(names, ","));
  if (option.letter != '\0') {
    all += fmt::format(",{}", option.letter);
    letters_ += option.letter;
  }
  description_.add_options()(all.c_str(), Semantic(ArityOf(option.field)), "");
  rows_.emplace(option.name, &option);
  names_.insert(names_.end(), names.begin(), names.end());
}

// What follows '=' is not quoted: with a mistyped --password it is one.
Error CommandLine::Unknown(const std::string& argument) const {
  const std::string name = argument.substr(0, argument.find('='));
  const std::string nearest = name.starts_with("--") ? NearestName(name, names_) : "";
  return {ExitCode::kUsage, fmt::format("unknown option {}", EscapeForDisplay(RedactUri(name))),
          nearest.empty() ? fmt::format("{} --help lists the options", command_.name)
                          : fmt::format("did you mean --{}?", nearest)};
}

Error Faulty(const po::error_with_option_name& error) {
  using Syntax = po::invalid_syntax;
  const auto* const syntax = dynamic_cast<const Syntax*>(&error);
  const auto kind = syntax == nullptr ? Syntax::unrecognized_line : syntax->kind();
  std::string_view cause = "cannot be understood";
  if (kind == Syntax::missing_parameter || kind == Syntax::empty_adjacent_parameter) {
    cause = "needs a value";
  }
  if (kind == Syntax::extra_parameter || kind == Syntax::long_adjacent_not_allowed) {
    cause = "takes no value";
  }
  return {ExitCode::kUsage,
          fmt::format("option {} {}", EscapeForDisplay(error.get_option_name()), cause)};
}

void CommandLine::Parse(const std::vector<std::string>& arguments) {
  namespace style = po::command_line_style;
  constexpr int kStyle = style::allow_long | style::long_allow_adjacent | style::long_allow_next |
                         style::allow_short | style::allow_dash_for_short |
                         style::short_allow_adjacent | style::short_allow_next;
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  try {
    const po::parsed_options parsed =
        po::command_line_parser(std::vector<std::string>(arguments.begin(), end))
            .options(description_)
            .style(kStyle)
            .run();
    for (const po::option& found : parsed.options) TakeFound(found);
  } catch (const po::unknown_option& error) {
    throw Unknown(error.get_option_name());
  } catch (const po::error_with_option_name& error) {
    throw Faulty(error);
  } catch (const po::error&) {
    throw Error(ExitCode::kUsage, "command line cannot be understood",
                fmt::format("{} --help shows what is accepted", command_.name));
  }
  if (end == arguments.end()) return;
  for (auto argument = end + 1; argument != arguments.end(); ++argument) TakePositional(*argument);
}

void CommandLine::TakeFound(const po::option& found) {
  const std::string value = found.value.empty() ? "" : found.value.front();
  if (found.string_key.empty()) {
    const std::string& argument = found.original_tokens.front();
    if (argument.size() > 1 && argument.front() == '-') throw Unknown(argument);
    TakePositional(value);
    return;
  }
  const Option& option = *rows_.at(found.string_key);
  const std::string& token = found.original_tokens.front();
  if (found.original_tokens.size() == 1) {
    // `-d=shop` is what the MongoDB tools understand as `-d shop`.
    const bool equals = token.size() > 2 && token[1] != '-' && token[2] == '=';
    Take(option, equals ? value.substr(1) : value);
  } else if (ArityOf(option.field) == Arity::kOptional) {
    // The parser hands it the next argument, but an optional value follows '=' only.
    Take(option, "");
    TakePositional(value);
  } else if (IsKnownOption(value)) {
    throw Error(ExitCode::kUsage, fmt::format("option {} needs a value", ShownName(option)),
                fmt::format("if {} is the value, write --{}={}", value, option.name, value));
  } else {
    Take(option, value);
  }
}

bool CommandLine::IsKnownOption(std::string_view argument) const {
  if (argument.starts_with("--")) {
    const std::string_view name = argument.substr(2, argument.find('=') - 2);
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }
  return argument.size() == 2 && argument[0] == '-' && letters_.find(argument[1]) != letters_.npos;
}

void CommandLine::Take(const Option& option, const std::string& value) {
  const bool single = !IsRepeatable(option.field) && ArityOf(option.field) != Arity::kNone;
  if (single) {
    const auto [before, is_new] = values_.emplace(option.name, value);
    if (!is_new && before->second != value) {
      throw Error(ExitCode::kUsage,
                  fmt::format("option {} is given twice: {} and {}", ShownName(option),
                              ShownValue(option, before->second), ShownValue(option, value)));
    }
    if (!is_new) return;
  }
  Assign(option, ArityOf(option.field) == Arity::kNone ? "" : value);
  origins_[option.name] = Origin::kCommandLine;
}

void CommandLine::TakePositional(const std::string& value) {
  const auto uri = rows_.find("uri");
  if (uri != rows_.end() && IsMongoUri(value)) {
    Take(*uri->second, value);
    return;
  }
  std::vector<std::string>* const into = command_.positionals.into;
  if (into != nullptr && into->size() < command_.positionals.max) {
    into->push_back(value);
    return;
  }
  throw Error(ExitCode::kUsage,
              fmt::format("argument '{}' is not expected", EscapeForDisplay(RedactUri(value))),
              fmt::format("{} --help shows what is; a value belongs to the option before it, a "
                          "positional argument stands alone",
                          command_.name));
}

void CommandLine::TakeEnvironment(Environment& environment) {
  const auto file = values_.find("envFile");
  if (file != values_.end()) environment.AddFile(file->second);
  for (const auto& [name, option] : rows_) {
    if (origins_.contains(name)) continue;
    for (const std::string& variable : option->environment) {
      const auto value = environment.Get(variable);
      if (!value) continue;
      try {
        Assign(*option, *value);
      } catch (const Error& error) {
        throw error.WithContext("environment variable " + variable);
      }
      origins_[name] = Origin::kEnvironment;
      break;
    }
  }
}

}  // namespace

std::string KebabCase(std::string_view camel_case) {
  std::string kebab;
  for (std::size_t i = 0; i < camel_case.size(); ++i) {
    const char c = camel_case[i];
    const bool after_small = i > 0 && !IsUpper(camel_case[i - 1]);
    const bool before_small = i + 1 < camel_case.size() && !IsUpper(camel_case[i + 1]);
    if (i > 0 && IsUpper(c) && (after_small || before_small)) kebab += '-';
    kebab += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return kebab;
}

Origin ParsedOptions::OriginOf(std::string_view name) const {
  const auto found = origins_.find(name);
  return found == origins_.end() ? Origin::kDefault : found->second;
}

ParsedOptions ParseCommandLine(const Command& command, std::span<char*> argv,
                               Environment& environment) {
  const std::vector<std::string> arguments(argv.begin(), argv.end());
  std::vector<std::string> visible = ScrubSecrets(command, argv);
  CommandLine line(command);
  line.Parse(arguments);
  line.TakeEnvironment(environment);
  return {std::move(line).origins(), std::move(visible)};
}

}  // namespace haul
