#include "core/secret/password_scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"

namespace haul {
namespace {

using Algorithm = PasswordScheme::Algorithm;

constexpr std::uint64_t kMinMemory = 8 * kKiB;
constexpr std::uint64_t kMaxMemory = 4096 * kMiB;
constexpr std::int64_t kMaxPasses = 1000;

[[noreturn]] void Fail(std::string_view what, std::string_view cause) {
  throw Error(ExitCode::kUsage, fmt::format("{}: {}", what, cause),
              "write bcrypt:COST or argon2id:MEMORY:PASSES, as in bcrypt:12 or argon2id:64MiB:3");
}

Algorithm ParseAlgorithm(std::string_view name, std::string_view what) {
  if (name == "bcrypt") return Algorithm::kBcrypt;
  if (name == "argon2id") return Algorithm::kArgon2id;
  Fail(what, fmt::format("'{}' is no algorithm for passwords", EscapeForDisplay(name)));
}

std::int64_t ParseInteger(std::string_view text, std::string_view what) {
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size()) {
    Fail(what, fmt::format("'{}' is no number", EscapeForDisplay(text)));
  }
  return value;
}

void SetCost(PasswordScheme& scheme, std::int64_t cost, std::string_view what) {
  if (cost < PasswordScheme::kMinCost || cost > PasswordScheme::kMaxCost) {
    Fail(what, fmt::format("a bcrypt cost is from {} to {}, not {}", PasswordScheme::kMinCost,
                           PasswordScheme::kMaxCost, cost));
  }
  scheme.cost = static_cast<int>(cost);
}

void SetMemory(PasswordScheme& scheme, std::string_view text, std::string_view what) {
  const std::uint64_t memory = ParseBytes(text);
  if (memory < kMinMemory || memory > kMaxMemory || memory % kKiB != 0) {
    Fail(what, fmt::format("argon2id takes from 8KiB to 4GiB in whole KiB, not '{}'",
                           EscapeForDisplay(text)));
  }
  scheme.memory = memory;
}

void SetPasses(PasswordScheme& scheme, std::int64_t passes, std::string_view what) {
  if (passes < 1 || passes > kMaxPasses) {
    Fail(what, fmt::format("argon2id makes from 1 to {} passes, not {}", kMaxPasses, passes));
  }
  scheme.passes = static_cast<std::uint32_t>(passes);
}

std::vector<std::string_view> SplitColons(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

std::int64_t IntegerOf(const Element& element, std::string_view what) {
  const std::optional<std::int64_t> value = element.AsInteger();
  if (!value) Fail(what, fmt::format("{} is no whole number", EscapeForDisplay(element.key)));
  return *value;
}

// False where the algorithm has no such field.
bool SetField(PasswordScheme& scheme, const Element& element, std::string_view what) {
  if (element.key == "alg") return true;
  if (scheme.algorithm == Algorithm::kBcrypt) {
    if (element.key != "cost") return false;
    SetCost(scheme, IntegerOf(element, what), what);
    return true;
  }
  if (element.key == "memory") {
    const std::optional<std::string_view> text = element.AsString();
    if (!text) Fail(what, "memory is a text like \"64MiB\"");
    SetMemory(scheme, *text, what);
    return true;
  }
  if (element.key != "passes") return false;
  SetPasses(scheme, IntegerOf(element, what), what);
  return true;
}

}  // namespace

PasswordScheme ParsePasswordScheme(std::string_view text, std::string_view what) {
  const std::vector<std::string_view> parts = SplitColons(text);
  PasswordScheme scheme;
  scheme.algorithm = ParseAlgorithm(parts[0], what);
  const bool bcrypt = scheme.algorithm == Algorithm::kBcrypt;
  if (parts.size() > (bcrypt ? 2 : 3)) {
    Fail(what, fmt::format("'{}' has too many parts", EscapeForDisplay(text)));
  }
  if (bcrypt && parts.size() > 1) SetCost(scheme, ParseInteger(parts[1], what), what);
  if (!bcrypt && parts.size() > 1) SetMemory(scheme, parts[1], what);
  if (!bcrypt && parts.size() > 2) SetPasses(scheme, ParseInteger(parts[2], what), what);
  return scheme;
}

PasswordScheme ReadPasswordScheme(ByteView document, std::string_view what) {
  PasswordScheme scheme;
  scheme.algorithm = ParseAlgorithm(FindString(document, "alg"), what);
  ElementWalk walk(document);
  while (const std::optional<Element> element = walk.Next()) {
    if (!SetField(scheme, *element, what)) {
      Fail(what, fmt::format("'{}' is no setting of {}", EscapeForDisplay(element->key),
                             FindString(document, "alg")));
    }
  }
  return scheme;
}

std::string ToText(const PasswordScheme& scheme) {
  if (scheme.algorithm == Algorithm::kBcrypt) return fmt::format("bcrypt:{}", scheme.cost);
  if (scheme.memory % kMiB == 0) {
    return fmt::format("argon2id:{}MiB:{}", scheme.memory / kMiB, scheme.passes);
  }
  return fmt::format("argon2id:{}KiB:{}", scheme.memory / kKiB, scheme.passes);
}

}  // namespace haul
