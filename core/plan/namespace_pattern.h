#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haul {

/// A pattern over "database.collection": literal texts with wildcards between them. A wildcard is
/// any text, the empty one and dots and line breaks included. Matched as a whole, case-sensitive,
/// each wildcard as short as possible from left to right, in time linear in the text for each
/// literal. A value; pure, thread-safe.
class NamespacePattern {
 public:
  /// `*` is a wildcard, `\*` and `\\` are literal, any other backslash is dropped (mongorestore's
  /// rule). Throws Error kUsage for an empty pattern and for a backslash at the end; `what` names
  /// the option.
  static NamespacePattern FromStars(std::string_view pattern, std::string_view what);
  /// `$name$` is a wildcard of that name, everything else literal. Throws Error kUsage for an
  /// unclosed or repeated variable.
  static NamespacePattern FromVariables(std::string_view pattern, std::string_view what);

  [[nodiscard]] bool Matches(std::string_view text) const { return Capture(text).has_value(); }
  /// The texts that the wildcards stand for, or nothing where the pattern does not match. They
  /// point into `text`.
  [[nodiscard]] std::optional<std::vector<std::string_view>> Capture(std::string_view text) const;

  /// True where some text that begins with `prefix` matches.
  [[nodiscard]] bool MayMatchPrefix(std::string_view prefix) const;
  /// True where every text that begins with `prefix` matches.
  [[nodiscard]] bool MatchesAllWithPrefix(std::string_view prefix) const;

  [[nodiscard]] std::size_t wildcards() const { return literals_.size() - 1; }
  /// What stands before, between and after the wildcards: one more than there are wildcards.
  [[nodiscard]] const std::vector<std::string>& literals() const { return literals_; }
  /// The variables' names in their order; empty names for stars.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  NamespacePattern() = default;

  std::vector<std::string> literals_ = {std::string()};
  std::vector<std::string> names_;
};

/// Text with `$name$` variables, in pieces: `literals` is one longer than `names`.
struct VariableText {
  std::vector<std::string> literals = {std::string()};
  std::vector<std::string> names;
};

/// Throws Error kUsage for an odd `$`.
[[nodiscard]] VariableText SplitVariables(std::string_view text, std::string_view what);

}  // namespace haul
