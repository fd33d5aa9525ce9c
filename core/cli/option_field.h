#pragma once

#include <string>
#include <string_view>

#include "core/cli/options.h"

namespace haul {

/// How an option's kind takes values on the command line.
enum class Arity {
  kNone,      ///< a flag
  kOptional,  ///< only after '='
  kOne,
};
[[nodiscard]] Arity ArityOf(const OptionField& field);

/// True for kinds that may be given several times with different values.
[[nodiscard]] bool IsRepeatable(const OptionField& field);

/// Puts the value into the field that the row names. Flags take "true" or "false" in a variable, ""
/// on the command line. Throws Error kUsage naming the option, and the value unless it is a secret.
void Assign(const Option& option, std::string_view value);

/// The default as help shows it, "" for none: the field's value before parsing.
[[nodiscard]] std::string DefaultText(const Option& option);

/// "(1 to 256)" or "(text, json)"; "" where any value is fine.
[[nodiscard]] std::string RangeText(const OptionField& field);

/// "--jobs", or "-j" for an option that has no long name.
[[nodiscard]] std::string ShownName(const Option& option);

}  // namespace haul
