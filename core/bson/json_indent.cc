#include <cstddef>

#include "core/bson/json_text.h"

namespace haul {
namespace {

// The text of a string literal that begins at `at`, its quotes included.
std::string_view Literal(std::string_view json, std::size_t at) {
  std::size_t end = at + 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2U : 1U;
  return json.substr(at, end + 1 - at);
}

void BreakLine(const JsonIndent& indent, JsonText& text) {
  text.Raw('\n');
  for (std::size_t i = 0; i < indent.level; ++i) text.Raw(indent.step);
}

bool Opens(char c) { return c == '{' || c == '['; }
bool Closes(char c) { return c == '}' || c == ']'; }

}  // namespace

void AppendIndented(std::string_view json, ByteBuffer& out, JsonIndent indent) {
  JsonText text(out);
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      const std::string_view literal = Literal(json, at);
      text.Raw(literal);
      at += literal.size();
      continue;
    }
    const bool empty = Opens(c) && at + 1 < json.size() && Closes(json[at + 1]);
    if (empty) {
      text.Raw(json.substr(at, 2));
      at += 2;
      continue;
    }
    if (Closes(c)) {
      --indent.level;
      BreakLine(indent, text);
    }
    text.Raw(c);
    if (Opens(c)) ++indent.level;
    if (Opens(c) || c == ',') BreakLine(indent, text);
    if (c == ':') text.Raw(' ');
    ++at;
  }
}

}  // namespace haul
