#include "core/cli/option_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "core/base/version.h"
#include "core/cli/general_options.h"
#include "core/cli/option_field.h"

namespace haul {
namespace {

std::vector<std::string> WrapLines(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (line.size() + 1 + word.size() <= width) {
      line += fmt::format(" {}", word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

std::string Indented(std::string_view text, std::size_t indent, std::size_t width) {
  std::string block;
  for (const std::string& line : WrapLines(text, width - indent)) {
    block += fmt::format("{}{}\n", std::string(indent, ' '), line);
  }
  return block;
}

std::string ArgumentOf(const Option& option) {
  const std::string name = option.argument.empty() ? "VALUE" : option.argument;
  switch (ArityOf(option.field)) {
    case Arity::kNone:
      return {};
    case Arity::kOptional:
      return fmt::format("[={}]", name);
    case Arity::kOne:
      break;
  }
  return fmt::format("={}", name);
}

std::string Label(const Option& option) {
  const std::string letter = option.letter == '\0' ? "    " : fmt::format("-{}, ", option.letter);
  return fmt::format("  {}--{}{}", letter, option.name, ArgumentOf(option));
}

// Help, range, default and environment as one paragraph.
std::string Explanation(const Option& option) {
  std::string text = option.help;
  const std::string range = RangeText(option.field);
  if (!range.empty()) text += " " + range;
  if (IsRepeatable(option.field)) text += "; may be repeated";
  const std::string standard = DefaultText(option);
  if (!standard.empty()) text += fmt::format("; default: {}", standard);
  if (!option.environment.empty()) {
    text += fmt::format("; environment: {}", fmt::join(option.environment, ", "));
  }
  return text;
}

std::string HelpEntry(const Option& option, std::size_t column, std::size_t width) {
  const std::string label = Label(option);
  const std::string text = Indented(Explanation(option), column, width);
  if (label.size() + 2 > column) return fmt::format("{}\n{}", label, text);
  return label + text.substr(label.size());
}

std::string UsageLine(const Command& command) {
  std::string line = fmt::format("{} [OPTION]...", command.name);
  if (command.positionals.into != nullptr) {
    const std::string_view more = command.positionals.max > 1 ? "..." : "";
    line += fmt::format(" [{}]{}", command.positionals.name, more);
  }
  return line;
}

// A '|' would end a table's cell, and '<' would be taken for a tag.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*') cell += '\\';
    cell += c;
  }
  return cell;
}

std::string ReferenceRow(const Option& option) {
  std::string names = option.letter == '\0' ? "" : fmt::format("`-{}`, ", option.letter);
  names += fmt::format("`--{}{}`", option.name, ArgumentOf(option));
  std::string text = Cell(Explanation(option));
  std::vector<std::string> others;
  for (const std::string& alias : option.aliases) others.push_back(fmt::format("`--{}`", alias));
  if (!others.empty()) text += fmt::format("; also {}", fmt::join(others, ", "));
  return fmt::format("| {} | {} |\n", names, text);
}

std::string ReferenceGroup(const Command& command, const OptionGroup& group) {
  std::string text =
      fmt::format("\n### {}: {}\n\n| option | meaning |\n|---|---|\n", command.name, group.title);
  for (const Option& option : group.options) text += ReferenceRow(option);
  return text;
}

// In roff a backslash escapes, and a line must not begin with a dot or a quote.
std::string Roff(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '-') {
      roff += "\\-";
    } else {
      roff += c;
    }
  }
  return roff.starts_with('.') || roff.starts_with('\'') ? "\\&" + roff : roff;
}

std::string ManOption(const Option& option) {
  const std::string letter =
      option.letter == '\0' ? "" : fmt::format("\\fB\\-{}\\fR, ", option.letter);
  return fmt::format(".TP\n{}\\fB{}\\fR{}\n{}\n", letter, Roff("--" + option.name),
                     Roff(ArgumentOf(option)), Roff(Explanation(option)));
}

std::vector<OptionGroup> AllGroups(const Command& command, GeneralOptions& general) {
  std::vector<OptionGroup> groups = command.groups;
  groups.push_back(GeneralGroup(general));
  return groups;
}

// `--log-format) words="text json" ;;` for each option that takes one of a few words.
std::string ChoiceCases(const OptionGroup& group) {
  std::string cases;
  for (const Option& option : group.options) {
    const auto* choice = std::get_if<ChoiceField>(&option.field);
    if (choice == nullptr) continue;
    cases += fmt::format("    --{}) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); return ;;\n",
                         option.name, fmt::join(choice->words, " "));
  }
  return cases;
}

std::string CompletionFunction(const Command& command) {
  GeneralOptions general;
  std::string names;
  std::string cases;
  for (const OptionGroup& group : AllGroups(command, general)) {
    cases += ChoiceCases(group);
    for (const Option& option : group.options) {
      if (!option.hidden) names += fmt::format("{}--{}", names.empty() ? "" : " ", option.name);
    }
  }
  std::string function = "_" + command.name;
  std::replace(function.begin(), function.end(), '-', '_');
  return fmt::format(
      "{0}() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  [ \"$before\" = = ] && before=${{COMP_WORDS[COMP_CWORD-2]}}\n"
      "  case $before in\n{1}  esac\n"
      "  case $word in\n"
      "    -*) COMPREPLY=($(compgen -W \"{2}\" -- \"$word\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"${{word#=}}\")) ;;\n"
      "  esac\n"
      "}}\n"
      "complete -o filenames -F {0} {3}\n",
      function, cases, names, command.name);
}

}  // namespace

std::string ManPage(const Command& command) {
  std::string title = command.name;
  std::transform(title.begin(), title.end(), title.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  GeneralOptions general;
  std::string page = fmt::format(
      ".TH {} 1 \"\" \"haul {}\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{}\n.SH DESCRIPTION\n{}\n",
      title, kVersion, Roff(command.name), Roff(command.summary), Roff(UsageLine(command)),
      Roff(command.summary));
  if (command.positionals.into != nullptr) {
    page += fmt::format(".PP\n{}: {}\n", Roff(command.positionals.name),
                        Roff(command.positionals.help));
  }
  page += ".SH OPTIONS\n";
  for (const OptionGroup& group : AllGroups(command, general)) {
    page += fmt::format(".SS {}\n", Roff(group.title));
    for (const Option& option : group.options) {
      if (!option.hidden) page += ManOption(option);
    }
  }
  page += ".SH EXAMPLES\n";
  for (const std::string& example : command.examples) {
    page += fmt::format(".PP\n.nf\n{}\n.fi\n", Roff(example));
  }
  return page;
}

std::string BashCompletion(std::span<const Command> commands) {
  std::string script;
  for (const Command& command : commands) script += CompletionFunction(command);
  return script;
}

std::string HelpText(const Command& command, std::size_t width) {
  width = std::clamp<std::size_t>(width, 40, 120);
  const std::size_t column = std::clamp<std::size_t>(width * 2 / 5, 16, 34);
  std::string text =
      fmt::format("Usage: {}\n\n{}", UsageLine(command), Indented(command.summary, 0, width));
  if (command.positionals.into != nullptr && !command.positionals.help.empty()) {
    const std::string help = command.positionals.name + ": " + command.positionals.help;
    text += "\n" + Indented(help, 0, width);
  }
  for (const OptionGroup& group : command.groups) {
    text += fmt::format("\n{}:\n", group.title);
    for (const Option& option : group.options) {
      if (!option.hidden) text += HelpEntry(option, column, width);
    }
  }
  if (!command.examples.empty()) text += "\nExamples:\n";
  for (const std::string& example : command.examples) text += fmt::format("  {}\n", example);
  return text;
}

std::string OptionsReference(std::span<const Command> commands) {
  std::string text =
      "# Options\n\n"
      "Generated from the tables that the tools parse with. Every option is also accepted in "
      "kebab-case (`--dry-run` = `--dryRun`). A value follows `=` or a space; a value in brackets "
      "is "
      "optional and follows `=` only. `--` ends the options.\n";
  for (const Command& command : commands) {
    text +=
        fmt::format("\n## {}\n\n{}\n\n    {}\n", command.name, command.summary, UsageLine(command));
    for (const OptionGroup& group : command.groups) text += ReferenceGroup(command, group);
    GeneralOptions general;
    text += ReferenceGroup(command, GeneralGroup(general));
  }
  return text;
}

}  // namespace haul
