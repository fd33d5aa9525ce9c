#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "core/cli/mongo_uri.h"

namespace haul {
namespace {

// Where a URI inside other text (JSON, a message) certainly ends.
constexpr std::string_view kUriEnds = " \t\r\n\"'<>";
constexpr std::array<std::string_view, 5> kSecretOptions = {
    "tlscertificatekeyfilepassword=", "sslclientcertificatekeypassword=", "sslpemkeypassword=",
    "aws_session_token:", "password="};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// A password may hold '/', '?' and '@' that somebody forgot to encode: everything up to the last
// '@' counts. That hides too much of some odd URIs, never too little.
void AddUserInfo(std::string_view text, std::size_t begin, std::vector<SecretSpan>& spans) {
  const std::string_view uri = text.substr(begin, text.find_first_of(kUriEnds, begin) - begin);
  const std::size_t at = uri.rfind('@');
  if (at == std::string_view::npos) return;
  const std::size_t colon = uri.find(':');
  if (colon >= at || colon + 1 == at) return;
  spans.push_back({begin + colon + 1, at - colon - 1});
}

void AddOptions(std::string_view text, std::vector<SecretSpan>& spans) {
  const std::string lower = Lower(text);
  for (const std::string_view option : kSecretOptions) {
    for (std::size_t at = lower.find(option); at != std::string::npos;
         at = lower.find(option, at + 1)) {
      const std::size_t begin = at + option.size();
      const std::size_t end = text.find_first_of("&;, \t\r\n\"'", begin);
      const std::size_t size = std::min(end, text.size()) - begin;
      const bool in_query = at > 0 && (text[at - 1] == '?' || text[at - 1] == '&' ||
                                       text[at - 1] == ',' || text[at - 1] == '=');
      if (in_query && size != 0) spans.push_back({begin, size});
    }
  }
}

}  // namespace

std::vector<SecretSpan> SecretsIn(std::string_view text) {
  std::vector<SecretSpan> spans;
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at)) {
    at += 3;
    AddUserInfo(text, at, spans);
  }
  if (text.find("://") != std::string_view::npos) AddOptions(text, spans);
  std::sort(spans.begin(), spans.end(),
            [](const SecretSpan& a, const SecretSpan& b) { return a.offset < b.offset; });
  return spans;
}

std::string RedactUri(std::string_view text) {
  std::string shown;
  std::size_t copied = 0;
  for (const SecretSpan& span : SecretsIn(text)) {
    if (span.offset < copied) continue;
    shown.append(text.substr(copied, span.offset - copied)).append("***");
    copied = span.offset + span.size;
  }
  return shown.append(text.substr(copied));
}

}  // namespace haul
