#include "core/base/text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <system_error>

namespace haul {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;  // 0 = not UTF-8 here
};

std::size_t LengthFromLead(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

CodePoint Decode(std::string_view text, std::size_t at) {
  constexpr std::array<std::uint32_t, 5> kLeadMask = {0, 0x7F, 0x1F, 0x0F, 0x07};
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<std::uint8_t>(text[at]);
  const std::size_t length = LengthFromLead(lead);
  if (length == 0 || at + length > text.size()) return {};
  std::uint32_t value = lead & kLeadMask[length];
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(text[at + i]);
    if ((next & 0xC0) != 0x80) return {};
    value = (value << 6) | (next & 0x3F);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

// How many bytes of ASCII stand at the front, eight at a time.
std::size_t AsciiSize(std::string_view text) {
  constexpr std::uint64_t kNotAscii = 0x8080808080808080U;
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & kNotAscii) != 0) break;
  }
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

std::string EscapeForDisplay(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = Decode(text, at);
    const bool control = point.value < 0x20 || (point.value >= 0x7F && point.value <= 0x9F);
    if (point.length != 0 && !control) {
      shown.append(text.substr(at, point.length));
      at += point.length;
      continue;
    }
    const std::size_t bad = point.length == 0 ? 1 : point.length;
    for (std::size_t i = 0; i < bad; ++i) {
      const char c = text[at + i];
      if (c == '\n') {
        shown += "\\n";
      } else if (c == '\t') {
        shown += "\\t";
      } else {
        fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<std::uint8_t>(c));
      }
    }
    at += bad;
  }
  return shown;
}

std::string EscapeJson(std::string_view text) {
  std::string json;
  json.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '"':
        json += "\\\"";
        continue;
      case '\\':
        json += "\\\\";
        continue;
      case '\b':
        json += "\\b";
        continue;
      case '\f':
        json += "\\f";
        continue;
      case '\n':
        json += "\\n";
        continue;
      case '\r':
        json += "\\r";
        continue;
      case '\t':
        json += "\\t";
        continue;
      default:
        break;
    }
    if (static_cast<std::uint8_t>(c) < 0x20) {
      fmt::format_to(std::back_inserter(json), "\\u{:04x}", static_cast<std::uint8_t>(c));
    } else if (text.substr(i, 3) == "\xE2\x80\xA8" || text.substr(i, 3) == "\xE2\x80\xA9") {
      json += text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      json += c;
    }
  }
  return json;
}

bool IsUtf8(std::string_view text) {
  for (;;) {
    text.remove_prefix(AsciiSize(text));
    if (text.empty()) return true;
    const CodePoint point = Decode(text, 0);
    if (point.length == 0) return false;
    text.remove_prefix(point.length);
  }
}

std::size_t Utf8SequenceSize(std::string_view text) {
  return text.empty() ? 0 : Decode(text, 0).length;
}

std::string ToHex(std::string_view bytes) {
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<std::uint8_t>(c));
  }
  return hex;
}

std::string FromHex(std::string_view hex) {
  std::string bytes;
  if (hex.size() % 2 != 0) return bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    std::uint8_t byte = 0;
    const char* end = hex.data() + i + 2;
    const auto parsed = std::from_chars(hex.data() + i, end, byte, 16);
    if (parsed.ec != std::errc() || parsed.ptr != end) return {};
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace haul
