#include "core/plan/namespace_filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

NamespacePattern Compile(const std::string& pattern, std::string_view what) {
  const auto refuse = [&](std::string_view cause, std::string hint) {
    throw Error(ExitCode::kUsage,
                fmt::format("{} '{}': {}", what, EscapeForDisplay(pattern), cause),
                std::move(hint));
  };
  if (pattern.find('$') != std::string::npos) {
    refuse("variables ($name$) are for --nsFrom and --nsTo only",
           "write * for any text, also for a name that holds a '$'");
  }
  NamespacePattern compiled = NamespacePattern::FromStars(pattern, what);
  if (compiled.wildcards() == 0 && compiled.literals().front().find('.') == std::string::npos) {
    refuse("without a dot or a * it matches no namespace",
           fmt::format("'{}.*' is a whole database", EscapeForDisplay(pattern)));
  }
  return compiled;
}

std::vector<NamespacePattern> CompileAll(const std::vector<std::string>& patterns,
                                         std::string_view what) {
  std::vector<NamespacePattern> compiled;
  for (const std::string& pattern : patterns) compiled.push_back(Compile(pattern, what));
  return compiled;
}

bool AnyMatches(const std::vector<NamespacePattern>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const NamespacePattern& pattern) { return pattern.Matches(text); });
}

}  // namespace

NamespaceFilter::NamespaceFilter(const Rules& rules)
    : rules_(rules),
      include_(CompileAll(rules.include, "--nsInclude")),
      exclude_(CompileAll(rules.exclude, "--nsExclude")) {
  if (rules.collection.empty()) return;
  if (rules.database.empty()) {
    throw Error(ExitCode::kUsage,
                fmt::format("--collection '{}': the database is not known",
                            EscapeForDisplay(rules.collection)),
                "add --db or name the database in the URI");
  }
}

bool NamespaceFilter::Selects(const Namespace& ns) const {
  const std::string_view collection = LogicalCollection(ns.collection);
  if (!rules_.database.empty() && ns.database != rules_.database) return false;
  if (!rules_.collection.empty() && collection != LogicalCollection(rules_.collection)) {
    return false;
  }
  const auto& names = rules_.exclude_collections;
  if (std::find(names.begin(), names.end(), collection) != names.end()) return false;
  const auto& prefixes = rules_.exclude_prefixes;
  const bool excluded =
      std::any_of(prefixes.begin(), prefixes.end(),
                  [&](const std::string& prefix) { return collection.starts_with(prefix); });
  if (excluded) return false;
  const std::string text = ns.database + '.' + std::string(collection);
  if (AnyMatches(exclude_, text)) return false;
  return include_.empty() || AnyMatches(include_, text);
}

bool NamespaceFilter::MaySelectIn(std::string_view database) const {
  if (!rules_.database.empty() && database != rules_.database) return false;
  const std::string prefix = std::string(database) + '.';
  const bool all_excluded = std::any_of(
      exclude_.begin(), exclude_.end(),
      [&](const NamespacePattern& pattern) { return pattern.MatchesAllWithPrefix(prefix); });
  if (all_excluded) return false;
  return include_.empty() ||
         std::any_of(include_.begin(), include_.end(), [&](const NamespacePattern& pattern) {
           return pattern.MayMatchPrefix(prefix);
         });
}

}  // namespace haul
