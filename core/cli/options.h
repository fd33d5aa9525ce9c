#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/cli/environment.h"

namespace haul {

// What an option's value is and which plain field it fills. The field's value before parsing is the
// option's default, so the default stands once, beside the field.

struct FlagField {
  bool* into = nullptr;
};
struct TextField {
  std::string* into = nullptr;
};
/// A text whose absence matters: empty optional where it was not given.
struct MaybeTextField {
  std::optional<std::string>* into = nullptr;
};
/// `--archive[=FILE]`: empty optional = not given, "" = given without a value.
struct OptionalValueField {
  std::optional<std::string>* into = nullptr;
};
/// May be given several times; every value is kept, in order.
struct TextsField {
  std::vector<std::string>* into = nullptr;
};
/// One of a few words.
struct ChoiceField {
  std::string* into = nullptr;
  std::vector<std::string> words = {};
};
struct CountField {
  std::uint64_t* into = nullptr;
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};
struct MaybeCountField {
  std::optional<std::uint64_t>* into = nullptr;
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};
/// "64MiB" (core/base/units.h).
struct BytesField {
  std::uint64_t* into = nullptr;
};
/// "50MB/s"; the default 0 means unlimited.
struct RateField {
  std::uint64_t* into = nullptr;
};
/// "15m".
struct DurationField {
  std::chrono::milliseconds* into = nullptr;
};
/// -v, -vv, -v=2, --verbose: how often it was given.
struct LevelField {
  std::uint64_t* into = nullptr;
};

using OptionField =
    std::variant<FlagField, TextField, MaybeTextField, OptionalValueField, TextsField, ChoiceField,
                 CountField, MaybeCountField, BytesField, RateField, DurationField, LevelField>;

/// One row of a table. Everything else (parser, help, docs/options.md) is derived from it.
struct Option {
  std::string name;                           ///< camelCase; kebab-case is accepted as well
  char letter = '\0';                         ///< -o
  OptionField field = {};                     ///< kind, range, and where the value goes
  std::string argument = {};                  ///< its name in the help: DIR
  std::string help = {};                      ///< a sentence without a full stop
  std::vector<std::string> aliases = {};      ///< older names of the same option
  std::vector<std::string> environment = {};  ///< used where the command line has no value
  std::string default_text = {};              ///< instead of the field's own value
  bool secret = false;                        ///< never shown; overwritten in argv
  bool hidden = false;  ///< not in --help: taken for the sake of scripts for the old tools
};

struct OptionGroup {
  std::string title;
  std::vector<Option> options;
};

struct Positionals {
  std::string name;                          ///< in the help: DIR
  std::vector<std::string>* into = nullptr;  ///< nullptr: the command takes none
  std::size_t max = 1;
  std::string help = {};
};

/// A tool as its user sees it. The fields that it points to must outlive it. The group of general
/// options (general_options.h) is added by RunTool and OptionsReference, not by the command.
struct Command {
  std::string name;                 ///< haul-dump; mongodump where it was called by that name
  std::string summary;              ///< one sentence
  std::vector<OptionGroup> groups;  ///< in the order of the help
  Positionals positionals = {};
  std::vector<std::string> examples = {};
  /// Called by the name of the tool that it takes the place of: log lines, summary and exit codes
  /// are that tool's.
  bool imitates = false;
};

/// Where an option's value came from, weakest first.
enum class Origin { kDefault, kConfig, kEnvironment, kCommandLine };

/// What was given; the values themselves are in the fields that the rows name.
class ParsedOptions {
 public:
  ParsedOptions() = default;
  ParsedOptions(std::map<std::string, Origin, std::less<>> origins,
                std::vector<std::string> visible_secrets)
      : origins_(std::move(origins)), visible_secrets_(std::move(visible_secrets)) {}

  /// `name` is the row's camelCase name; kDefault for one that was not given.
  [[nodiscard]] Origin OriginOf(std::string_view name) const;
  [[nodiscard]] bool Given(std::string_view name) const {
    return OriginOf(name) != Origin::kDefault;
  }
  /// What held a secret on the command line, where others could see it: "--password".
  [[nodiscard]] const std::vector<std::string>& visible_secrets() const { return visible_secrets_; }

 private:
  std::map<std::string, Origin, std::less<>> origins_;
  std::vector<std::string> visible_secrets_;
};

/// Parses `argv` (without the program's name) and fills the fields that the command's rows name.
/// Accepts `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, kebab-case, aliases
/// and
/// `--`; a positional mongodb:// URI is --uri. Where the command line has no value, the row's
/// environment variables are asked, the file of --envFile included. Secrets, and passwords in URIs,
/// are overwritten in `argv` before anything else happens with them.
/// Throws Error kUsage: unknown option (with the nearest known one), missing or unwanted value,
/// value outside the range, one value given twice and differently, too many positional arguments.
[[nodiscard]] ParsedOptions ParseCommandLine(const Command& command, std::span<char*> argv,
                                             Environment& environment);

/// "tlsCAFile" -> "tls-ca-file": a run of capitals is one word.
[[nodiscard]] std::string KebabCase(std::string_view camel_case);

}  // namespace haul
