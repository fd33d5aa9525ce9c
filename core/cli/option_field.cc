#include "core/cli/option_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/cli/mongo_uri.h"

namespace haul {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

Error BadValue(std::string_view value, std::string_view complaint) {
  return {ExitCode::kUsage, fmt::format("'{}' {}", EscapeForDisplay(RedactUri(value)), complaint)};
}

std::string Between(std::uint64_t min, std::uint64_t max) {
  if (max != kMost) return fmt::format("{} to {}", min, max);
  return min == 0 ? "" : fmt::format("at least {}", min);
}

std::uint64_t ParseCount(std::string_view value, std::uint64_t min, std::uint64_t max) {
  std::uint64_t number = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, status] = std::from_chars(value.data(), end, number);
  if (value.empty() || status != std::errc{} || rest != end) {
    throw BadValue(value, "is not a whole number");
  }
  if (number < min || number > max) {
    throw BadValue(value, fmt::format("is out of range ({})", Between(min, max)));
  }
  return number;
}

bool ParseSwitch(std::string_view value) {
  if (value.empty() || value == "true" || value == "1" || value == "yes") return true;
  if (value == "false" || value == "0" || value == "no") return false;
  throw BadValue(value, "is neither true nor false");
}

// What stands after -v or --verbose=: nothing or further letters count, a number sets.
std::uint64_t ParseLevel(std::string_view value, std::uint64_t before) {
  if (value.starts_with('=')) value.remove_prefix(1);
  if (std::all_of(value.begin(), value.end(), [](char c) { return c == 'v'; })) {
    return before + 1 + value.size();
  }
  return ParseCount(value, 0, 9);
}

struct Assigner {
  std::string_view value;

  void operator()(const FlagField& field) const { *field.into = ParseSwitch(value); }
  void operator()(const TextField& field) const { *field.into = value; }
  void operator()(const MaybeTextField& field) const { *field.into = value; }
  void operator()(const OptionalValueField& field) const { *field.into = value; }
  void operator()(const TextsField& field) const { field.into->emplace_back(value); }
  void operator()(const ChoiceField& field) const {
    const auto& words = field.words;
    if (std::find(words.begin(), words.end(), value) == words.end()) {
      throw BadValue(value, fmt::format("is none of {}", fmt::join(words, ", ")));
    }
    *field.into = value;
  }
  void operator()(const CountField& field) const {
    *field.into = ParseCount(value, field.min, field.max);
  }
  void operator()(const MaybeCountField& field) const {
    *field.into = ParseCount(value, field.min, field.max);
  }
  void operator()(const BytesField& field) const { *field.into = ParseBytes(value); }
  void operator()(const RateField& field) const { *field.into = ParseByteRate(value); }
  void operator()(const DurationField& field) const { *field.into = ParseDuration(value); }
  void operator()(const LevelField& field) const { *field.into = ParseLevel(value, *field.into); }
};

std::string CompactDuration(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count % 3600000 == 0) return fmt::format("{}h", count / 3600000);
  if (count % 60000 == 0) return fmt::format("{}m", count / 60000);
  if (count % 1000 == 0) return fmt::format("{}s", count / 1000);
  return fmt::format("{}ms", count);
}

struct Defaults {
  std::string operator()(const TextField& field) const { return *field.into; }
  std::string operator()(const ChoiceField& field) const { return *field.into; }
  std::string operator()(const CountField& field) const { return std::to_string(*field.into); }
  std::string operator()(const BytesField& field) const { return FormatBytes(*field.into); }
  std::string operator()(const RateField& field) const {
    return *field.into == 0 ? "unlimited" : FormatBytes(*field.into) + "/s";
  }
  std::string operator()(const DurationField& field) const { return CompactDuration(*field.into); }
  template <typename Other>
  std::string operator()(const Other& /*field*/) const {
    return {};
  }
};

}  // namespace

Arity ArityOf(const OptionField& field) {
  if (std::holds_alternative<FlagField>(field)) return Arity::kNone;
  const bool optional = std::holds_alternative<OptionalValueField>(field) ||
                        std::holds_alternative<LevelField>(field);
  return optional ? Arity::kOptional : Arity::kOne;
}

bool IsRepeatable(const OptionField& field) {
  return std::holds_alternative<TextsField>(field) || std::holds_alternative<LevelField>(field);
}

void Assign(const Option& option, std::string_view value) {
  try {
    std::visit(Assigner{value}, option.field);
  } catch (const Error& error) {
    if (!option.secret) throw error.WithContext("option " + ShownName(option));
    throw Error(ExitCode::kUsage, fmt::format("option {}: unfit value", ShownName(option)));
  }
}

std::string DefaultText(const Option& option) {
  if (!option.default_text.empty()) return option.default_text;
  return std::visit(Defaults{}, option.field);
}

std::string RangeText(const OptionField& field) {
  if (const auto* choice = std::get_if<ChoiceField>(&field)) {
    return fmt::format("({})", fmt::join(choice->words, ", "));
  }
  std::string range;
  if (const auto* count = std::get_if<CountField>(&field)) range = Between(count->min, count->max);
  if (const auto* count = std::get_if<MaybeCountField>(&field)) {
    range = Between(count->min, count->max);
  }
  return range.empty() ? "" : fmt::format("({})", range);
}

std::string ShownName(const Option& option) { return "--" + option.name; }

}  // namespace haul
