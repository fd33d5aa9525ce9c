#include "core/plan/namespace_pattern.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/support/expect_error.h"

namespace haul {
namespace {

NamespacePattern Stars(std::string_view pattern) {
  return NamespacePattern::FromStars(pattern, "--nsInclude");
}

using Captures = std::vector<std::string_view>;

TEST(NamespacePattern, MatchesLiteralTextAsAWholeAndByCase) {
  EXPECT_TRUE(Stars("shop.orders").Matches("shop.orders"));
  EXPECT_FALSE(Stars("shop.orders").Matches("shop.Orders"));
  EXPECT_FALSE(Stars("shop.orders").Matches("shop.orders2"));
  EXPECT_FALSE(Stars("shop.orders").Matches("myshop.orders"));
}

TEST(NamespacePattern, TakesCharactersOfRegularExpressionsLiterally) {
  EXPECT_FALSE(Stars("shop.orders").Matches("shopxorders"));
  EXPECT_TRUE(Stars("a.[b]{c}(d)?^+|!").Matches("a.[b]{c}(d)?^+|!"));
}

TEST(NamespacePattern, LetsAStarStandForAnyTextDotsAndLineBreaksToo) {
  EXPECT_TRUE(Stars("*").Matches("shop.a\nb"));
  EXPECT_TRUE(Stars("shop.*").Matches("shop.a.b.c"));
  EXPECT_TRUE(Stars("shop.*").Matches("shop."));
  EXPECT_TRUE(Stars("*.orders*").Matches("shop.orders"));
  EXPECT_FALSE(Stars("a*a").Matches("a"));
}

TEST(NamespacePattern, ReadsEscapes) {
  EXPECT_TRUE(Stars(R"(a.\*)").Matches("a.*"));
  EXPECT_FALSE(Stars(R"(a.\*)").Matches("a.b"));
  EXPECT_TRUE(Stars(R"(a.b\\c)").Matches(R"(a.b\c)"));
  EXPECT_TRUE(Stars(R"(a.\b)").Matches("a.b"));
  // mongorestore cannot express this one: a wildcard right after an escaped backslash.
  EXPECT_TRUE(Stars(R"(a.\\*)").Matches(R"(a.\anything)"));
}

TEST(NamespacePattern, CapturesAsLittleAsPossibleFromLeftToRight) {
  EXPECT_EQ(Stars("*.*").Capture("a.b.c"), (Captures{"a", "b.c"}));
  EXPECT_EQ(Stars("t*.*").Capture("tiny.a"), (Captures{"iny", "a"}));
  EXPECT_EQ(Stars("**").Capture("xy"), (Captures{"", "xy"}));
  EXPECT_EQ(Stars("*a*a*").Capture("banana"), (Captures{"b", "n", "na"}));
  EXPECT_EQ(Stars("*.x").Capture("a.x.x"), (Captures{"a.x"}));
  EXPECT_EQ(Stars("a.b").Capture("a.b"), Captures{});
  EXPECT_EQ(Stars("a*").Capture("b"), std::nullopt);
}

// What a regular expression with lazy groups does, by trying everything.
bool Backtrack(const std::vector<std::string>& literals, std::size_t index, std::string_view text,
               Captures& captures) {
  if (!text.starts_with(literals[index])) return false;
  text.remove_prefix(literals[index].size());
  if (index + 1 == literals.size()) return text.empty();
  for (std::size_t taken = 0; taken <= text.size(); ++taken) {
    captures.push_back(text.substr(0, taken));
    if (Backtrack(literals, index + 1, text.substr(taken), captures)) return true;
    captures.pop_back();
  }
  return false;
}

TEST(NamespacePattern, AgreesWithBacktrackingOnRandomPatterns) {
  std::mt19937 random(5);
  const auto text_of = [&](std::string_view letters, std::size_t longest) {
    std::string text;
    for (std::size_t i = random() % (longest + 1); i > 0; --i)
      text += letters[random() % letters.size()];
    return text;
  };
  int matched = 0;
  for (int i = 0; i < 20'000; ++i) {
    const NamespacePattern pattern = Stars("*" + text_of("ab*", 5));
    const std::string text = text_of("ab", 9);
    Captures expected;
    const bool matches = Backtrack(pattern.literals(), 0, text, expected);
    const auto captures = pattern.Capture(text);
    ASSERT_EQ(captures.has_value(), matches);
    if (!matches) continue;
    ASSERT_EQ(*captures, expected);
    ++matched;
  }
  EXPECT_GT(matched, 1'000);
}

TEST(NamespacePattern, DoesNotBacktrackExponentially) {
  std::string pattern = "*";
  for (int i = 0; i < 60; ++i) pattern += "a*";
  EXPECT_FALSE(Stars(pattern + "b").Matches(std::string(255, 'a')));
}

TEST(NamespacePattern, RefusesAnEmptyPatternAndABackslashAtTheEnd) {
  ExpectError([] { Stars(""); }, ExitCode::kUsage, "--nsInclude '': the pattern is empty");
  ExpectError([] { Stars("a.b\\"); }, ExitCode::kUsage,
              "--nsInclude 'a.b\\': the pattern ends with a single backslash (write \\\\ for one)");
}

TEST(NamespacePattern, KnowsWhatMayFollowAPrefix) {
  EXPECT_TRUE(Stars("shop.*").MayMatchPrefix("shop."));
  EXPECT_TRUE(Stars("shop.orders").MayMatchPrefix("shop."));
  EXPECT_TRUE(Stars("s*").MayMatchPrefix("shop."));
  EXPECT_TRUE(Stars("*.orders").MayMatchPrefix("shop."));
  EXPECT_FALSE(Stars("shop2.*").MayMatchPrefix("shop."));
  EXPECT_FALSE(Stars("sho").MayMatchPrefix("shop."));
}

TEST(NamespacePattern, KnowsWhenItTakesEverythingWithAPrefix) {
  EXPECT_TRUE(Stars("*").MatchesAllWithPrefix("shop."));
  EXPECT_TRUE(Stars("*.*").MatchesAllWithPrefix("shop."));
  EXPECT_TRUE(Stars("shop*").MatchesAllWithPrefix("shop."));
  EXPECT_TRUE(Stars("shop.*").MatchesAllWithPrefix("shop."));
  EXPECT_FALSE(Stars("shop.o*").MatchesAllWithPrefix("shop."));
  EXPECT_FALSE(Stars("shop.*s").MatchesAllWithPrefix("shop."));
  EXPECT_FALSE(Stars("*.*.*").MatchesAllWithPrefix("shop."));
}

}  // namespace
}  // namespace haul
