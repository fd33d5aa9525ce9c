#include "core/cli/write_concern.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/cli/yaml_text.h"

namespace haul {
namespace {

Error Bad(std::string_view complaint) {
  return {ExitCode::kUsage, fmt::format("write concern: {}", complaint),
          "write it like majority, 2, or {w: 2, j: true, wtimeout: 5000}"};
}

std::optional<int> AsNumber(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, number);
  if (status != std::errc{} || rest != end) return std::nullopt;
  return number;
}

std::string CheckedNodes(std::string text) {
  const auto number = AsNumber(text);
  if (number && (*number < 0 || *number > 50)) {
    throw Bad(fmt::format("w: {} is not 0 to 50", *number));
  }
  const bool word = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
  if (!word) throw Bad(fmt::format("'{}' is neither a number nor a name", EscapeForDisplay(text)));
  return text;
}

bool ParseJournal(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw Bad("j is neither true nor false");
}

std::chrono::milliseconds ParseTimeout(const std::string& text) {
  const auto number = AsNumber(text);
  if (!number || *number < 0) throw Bad("wtimeout is not a number of milliseconds");
  return std::chrono::milliseconds(*number);
}

bool SameConcern(const WriteConcern& a, const WriteConcern& b) {
  return a.w == b.w && a.journal == b.journal && a.timeout == b.timeout;
}

}  // namespace

std::optional<int> WriteConcern::Nodes() const { return AsNumber(w); }

WriteConcern ParseWriteConcern(std::string_view text) {
  WriteConcern concern;
  if (!text.starts_with('{')) {
    concern.w = CheckedNodes(std::string(text));
    return concern;
  }
  for (const auto& entry : ParseLooseJsonObject(text, "write concern")) {
    const std::string name = YamlScalar(entry.first, "write concern");
    const std::string value = YamlScalar(entry.second, "write concern: " + EscapeForDisplay(name));
    if (name == "w") {
      concern.w = CheckedNodes(value);
    } else if (name == "j") {
      concern.journal = ParseJournal(value);
    } else if (name == "wtimeout" || name == "wtimeoutMS") {
      concern.timeout = ParseTimeout(value);
    } else {
      throw Bad(fmt::format("unknown member '{}'", EscapeForDisplay(name)));
    }
  }
  if (concern.w == "0" && concern.journal.value_or(false)) throw Bad("w: 0 contradicts j: true");
  return concern;
}

WriteConcern ChooseWriteConcern(const std::string& flag,
                                const std::optional<WriteConcern>& of_uri) {
  if (flag.empty()) return of_uri.value_or(WriteConcern());
  WriteConcern concern = ParseWriteConcern(flag);
  if (of_uri && !SameConcern(*of_uri, concern)) {
    throw Error(ExitCode::kUsage,
                "--writeConcern and the connection URI name different write concerns",
                "give one of them");
  }
  return concern;
}

std::string ToJson(const WriteConcern& concern) {
  const auto nodes = concern.Nodes();
  std::string json = nodes ? fmt::format(R"({{"w":{})", std::max(1, *nodes))
                           : fmt::format(R"({{"w":"{}")", EscapeJson(concern.w));
  if (concern.journal) json += fmt::format(R"(,"j":{})", *concern.journal);
  if (concern.timeout) {
    json += fmt::format(R"(,"wtimeout":{{"$numberLong":"{}"}})", concern.timeout->count());
  }
  return json + "}";
}

}  // namespace haul
