#include "formats/dump_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/base64.h"
#include "core/io/sha1.h"

namespace haul {
namespace {

constexpr std::size_t kMaxStem = 238;
constexpr std::size_t kKeptOfLong = 208;
constexpr std::string_view kDollar = "%24";
constexpr std::string_view kUrlAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool IsKept(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

// RFC 4648 section 5 without padding.
std::string EncodeBase64Url(ByteView bytes) {
  std::string text = EncodeBase64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  std::erase(text, '=');
  return text;
}

char DecodeEscape(std::string_view stem, std::size_t at) {
  std::uint8_t byte = 0;
  const std::string_view hex = stem.substr(at + 1, 2);
  const char* end = hex.data() + hex.size();
  const auto read = std::from_chars(hex.data(), end, byte, 16);
  if (hex.size() != 2 || read.ec != std::errc() || read.ptr != end) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("read the dump file name '{}': malformed escape at byte {}",
                            EscapeForDisplay(stem), at));
  }
  return static_cast<char>(byte);
}

}  // namespace

std::string FileStem(std::string_view collection) {
  std::string stem;
  for (const char c : collection) {
    if (IsKept(c)) {
      stem += c;
    } else if (c == ' ') {
      stem += '+';
    } else {
      fmt::format_to(std::back_inserter(stem), "%{:02X}", static_cast<std::uint8_t>(c));
    }
  }
  if (stem.size() <= kMaxStem) return stem;
  return stem.substr(0, kKeptOfLong) + std::string(kDollar) +
         EncodeBase64Url(Sha1(AsBytes(collection)));
}

std::string CollectionFromStem(std::string_view stem) {
  std::string collection;
  for (std::size_t at = 0; at < stem.size(); ++at) {
    if (stem[at] == '%') {
      collection += DecodeEscape(stem, at);
      at += 2;
    } else {
      collection += stem[at] == '+' ? ' ' : stem[at];
    }
  }
  return collection;
}

bool IsShortenedStem(std::string_view stem) {
  if (stem.size() != kMaxStem || stem.substr(kKeptOfLong, kDollar.size()) != kDollar) return false;
  const std::string_view hash = stem.substr(kKeptOfLong + kDollar.size());
  return hash.find_first_not_of(kUrlAlphabet) == std::string_view::npos;
}

}  // namespace haul
