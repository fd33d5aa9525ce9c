#include "core/plan/namespace_pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

[[noreturn]] void Refuse(std::string_view pattern, std::string_view what, std::string_view cause) {
  throw Error(ExitCode::kUsage, fmt::format("{} '{}': {}", what, EscapeForDisplay(pattern), cause));
}

}  // namespace

NamespacePattern NamespacePattern::FromStars(std::string_view pattern, std::string_view what) {
  if (pattern.empty()) Refuse(pattern, what, "the pattern is empty");
  NamespacePattern parsed;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*') {
      parsed.literals_.emplace_back();
      parsed.names_.emplace_back();
      continue;
    }
    const bool escape = pattern[i] == '\\';
    if (escape && i + 1 == pattern.size()) {
      Refuse(pattern, what, "the pattern ends with a single backslash (write \\\\ for one)");
    }
    const bool escaped = escape && (pattern[i + 1] == '*' || pattern[i + 1] == '\\');
    if (escaped) ++i;
    if (!escape || escaped) parsed.literals_.back() += pattern[i];
  }
  return parsed;
}

NamespacePattern NamespacePattern::FromVariables(std::string_view pattern, std::string_view what) {
  if (pattern.empty()) Refuse(pattern, what, "the pattern is empty");
  VariableText text = SplitVariables(pattern, what);
  std::vector<std::string> sorted = text.names;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    Refuse(pattern, what, fmt::format("the variable ${}$ appears twice", EscapeForDisplay(*twice)));
  }
  NamespacePattern parsed;
  parsed.literals_ = std::move(text.literals);
  parsed.names_ = std::move(text.names);
  return parsed;
}

VariableText SplitVariables(std::string_view text, std::string_view what) {
  VariableText split;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      const std::size_t end = std::min(text.find('$', at), text.size());
      split.literals.back() += text.substr(at, end - at);
      at = end;
      continue;
    }
    const std::size_t close = text.find('$', at + 1);
    if (close == std::string_view::npos) {
      Refuse(text, what, "a '$' begins a variable that no other '$' ends");
    }
    split.names.emplace_back(text.substr(at + 1, close - at - 1));
    split.literals.emplace_back();
    at = close + 1;
  }
  return split;
}

// The leftmost place of each literal leaves the most text for those after it: if that fails, every
// other choice fails too, so nothing is ever tried twice, and the captures are the shortest.
std::optional<std::vector<std::string_view>> NamespacePattern::Capture(
    std::string_view text) const {
  if (literals_.size() == 1) {
    if (text != literals_.front()) return std::nullopt;
    return std::vector<std::string_view>();
  }
  const std::string& last = literals_.back();
  const std::size_t begin = literals_.front().size();
  if (text.size() < begin + last.size()) return std::nullopt;
  if (!text.starts_with(literals_.front()) || !text.ends_with(last)) return std::nullopt;
  const std::string_view middle = text.substr(begin, text.size() - begin - last.size());
  std::vector<std::string_view> captures;
  std::size_t at = 0;
  for (std::size_t i = 1; i + 1 < literals_.size(); ++i) {
    const std::size_t found = middle.find(literals_[i], at);
    if (found == std::string_view::npos) return std::nullopt;
    captures.push_back(middle.substr(at, found - at));
    at = found + literals_[i].size();
  }
  captures.push_back(middle.substr(at));
  return captures;
}

bool NamespacePattern::MayMatchPrefix(std::string_view prefix) const {
  const std::string_view first = literals_.front();
  if (first.size() >= prefix.size()) return first.starts_with(prefix);
  return wildcards() > 0 && prefix.starts_with(first);
}

bool NamespacePattern::MatchesAllWithPrefix(std::string_view prefix) const {
  if (wildcards() == 0 || !literals_.back().empty()) return false;
  return Matches(prefix);
}

}  // namespace haul
