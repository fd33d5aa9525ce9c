#include "core/cli/environment.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <cstddef>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/cli/small_file.h"

namespace haul {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool IsVariableName(std::string_view name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return false;
  for (const char c : name) {
    if (c != '_' && std::isalnum(static_cast<unsigned char>(c)) == 0) return false;
  }
  return true;
}

// A value as a shell reads it: '…' is literal, in "…" a backslash keeps the next character, and an
// unquoted value ends at a blank followed by #. Nothing where a quote is left open.
std::optional<std::string> Unquote(std::string_view text) {
  if (text.empty() || (text.front() != '\'' && text.front() != '"')) {
    const std::size_t comment = text.find(" #");
    return std::string(Trim(text.substr(0, comment)));
  }
  const char quote = text.front();
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      const std::string_view rest = Trim(text.substr(i + 1));
      if (!rest.empty() && rest.front() != '#') return std::nullopt;
      return value;
    }
    if (quote == '"' && text[i] == '\\' && i + 1 < text.size()) ++i;
    value += text[i];
  }
  return std::nullopt;
}

}  // namespace

Environment Environment::OfProcess() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return Environment(std::move(variables));
}

void Environment::AddFile(const std::string& path) {
  const std::string text = ReadTextFile(path);
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    std::string_view line = Trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ")) line = Trim(line.substr(7));
    const std::size_t equals = line.find('=');
    const std::string_view name = line.substr(0, equals);
    const auto value =
        equals == std::string_view::npos ? std::nullopt : Unquote(line.substr(equals + 1));
    // The line itself is not quoted: it may hold a secret.
    if (!value || !IsVariableName(name)) {
      throw Error(ExitCode::kUsage, fmt::format("read {}: line {} is not NAME=value",
                                                EscapeForDisplay(path), number));
    }
    variables_.emplace(name, *value);
  }
}

std::optional<std::string> Environment::Get(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::string ResolveIndirect(std::string_view text, const Environment& environment) {
  if (text.starts_with("file:")) return ReadSecretFile(std::string(text.substr(5)));
  if (!text.starts_with("env:")) return std::string(text);
  const std::string_view name = text.substr(4);
  auto value = environment.Get(name);
  if (value) return *std::move(value);
  throw Error(ExitCode::kUsage,
              fmt::format("environment variable {} is not set", EscapeForDisplay(name)));
}

}  // namespace haul
