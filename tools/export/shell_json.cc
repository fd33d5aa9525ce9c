#include "tools/export/shell_json.h"

#include <algorithm>
#include <cstddef>

namespace haul {
namespace {

bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}
bool IsNamePart(char c) { return IsNameStart(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t EndOfText(std::string_view text, std::size_t at) {
  const char quote = text[at++];
  while (at < text.size() && text[at] != quote) at += text[at] == '\\' ? 2U : 1U;
  return std::min(at + 1, text.size());
}

// The content of a text in single quotes for one in double quotes.
std::string Requoted(std::string_view content) {
  std::string json = "\"";
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] == '\\' && i + 1 < content.size()) {
      if (content[i + 1] != '\'') json += content[i];
      json += content[++i];
    } else {
      if (content[i] == '"') json += '\\';
      json += content[i];
    }
  }
  return json + '"';
}

bool IsFollowedByColon(std::string_view text, std::size_t at) {
  while (at < text.size() && IsBlank(text[at])) ++at;
  return at < text.size() && text[at] == ':';
}

}  // namespace

std::string StrictJson(std::string_view text) {
  std::string json;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (text[at] == '"' || text[at] == '\'') {
      at = EndOfText(text, at);
      const std::string_view whole = text.substr(begin, at - begin);
      const bool single = whole.size() > 1 && whole.front() == '\'' && whole.back() == '\'';
      json += single ? Requoted(whole.substr(1, whole.size() - 2)) : std::string(whole);
    } else if (IsNameStart(text[at])) {
      while (at < text.size() && IsNamePart(text[at])) ++at;
      const std::string name(text.substr(begin, at - begin));
      json += IsFollowedByColon(text, at) ? '"' + name + '"' : name;
    } else {
      json += text[at++];
    }
  }
  return json;
}

}  // namespace haul
