#include "core/cli/mongo_uri.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <iterator>

#include "core/base/error.h"
#include "core/base/text.h"

namespace haul {
namespace {

constexpr std::string_view kScheme = "mongodb://";
constexpr std::string_view kSrvScheme = "mongodb+srv://";

struct Renamed {
  std::string_view old_name;
  std::string_view name;
};
constexpr std::array kRenamed = {
    Renamed{"ssl", "tls"},
    Renamed{"sslCertificateAuthorityFile", "tlsCAFile"},
    Renamed{"sslCAFile", "tlsCAFile"},
    Renamed{"sslClientCertificateKeyFile", "tlsCertificateKeyFile"},
    Renamed{"sslPEMKeyFile", "tlsCertificateKeyFile"},
    Renamed{"sslClientCertificateKeyPassword", "tlsCertificateKeyFilePassword"},
    Renamed{"sslPEMKeyPassword", "tlsCertificateKeyFilePassword"},
    Renamed{"sslAllowInvalidCertificates", "tlsAllowInvalidCertificates"},
    Renamed{"sslAllowInvalidHostnames", "tlsAllowInvalidHostnames"},
    Renamed{"j", "journal"},
    Renamed{"wtimeout", "wtimeoutMS"}};

constexpr std::array<std::string_view, 10> kBooleans = {"tls",
                                                        "tlsInsecure",
                                                        "tlsAllowInvalidCertificates",
                                                        "tlsAllowInvalidHostnames",
                                                        "retryReads",
                                                        "retryWrites",
                                                        "directConnection",
                                                        "journal",
                                                        "loadBalanced",
                                                        "tlsDisableOCSPEndpointCheck"};
constexpr std::array<std::string_view, 8> kNumbers = {
    "socketTimeoutMS", "serverSelectionTimeoutMS", "connectTimeoutMS",     "wtimeoutMS",
    "maxPoolSize",     "heartbeatFrequencyMS",     "zlibCompressionLevel", "localThresholdMS"};

bool SameName(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

template <typename Names>
bool IsOneOf(std::string_view name, const Names& names) {
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view known) { return SameName(name, known); });
}

Error Malformed(std::string_view reason, std::string hint = {}) {
  return {ExitCode::kUsage, fmt::format("connection string: {}", reason), std::move(hint)};
}

constexpr std::string_view kEncodeHint =
    "in a user name or password write : / ? # [ ] @ and % as %3A %2F %3F %23 %5B %5D %40 and %25";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string PercentDecode(std::string_view text, std::string_view where) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : HexValue(text[i + 2]);
    if (low < 0 || (high == 0 && low == 0)) {
      throw Malformed(fmt::format("'%' in the {} is not followed by two hexadecimal digits", where),
                      std::string(kEncodeHint));
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      fmt::format_to(std::back_inserter(encoded), "%{:02X}", byte);
    }
  }
  return encoded;
}

// Option values keep what is legal in a query and usual in ours: a:b,c:d.
std::string EncodeValue(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = c == ':' || c == ',' || c == '/' || c == '$';
    encoded += plain ? std::string(1, c) : PercentEncode(std::string_view(&c, 1));
  }
  return encoded;
}

void CheckPort(std::string_view port) {
  int number = 0;
  const char* const end = port.data() + port.size();
  const auto [rest, status] = std::from_chars(port.data(), end, number);
  // The text is not quoted: with an unencoded '/' it is a piece of the password.
  if (status != std::errc{} || rest != end || number < 1 || number > 65535) {
    throw Malformed("a port is not a number from 1 to 65535", std::string(kEncodeHint));
  }
}

std::string ParseSocketPath(std::string path) {
  if (!path.ends_with(".sock")) throw Malformed("a socket path does not end in .sock");
  return path;
}

std::string ParseHost(std::string_view text) {
  std::string decoded = PercentDecode(text, "host");
  if (decoded.starts_with('/')) return ParseSocketPath(decoded);
  std::string_view name = decoded;
  std::size_t colon = name.rfind(':');
  if (name.starts_with('[')) {
    const std::size_t bracket = name.find(']');
    if (bracket == std::string_view::npos) throw Malformed("a host has '[' without ']'");
    const std::string_view rest = name.substr(bracket + 1);
    if (!rest.empty() && rest.front() != ':') throw Malformed("text follows the ']' of a host");
    colon = rest.empty() ? std::string_view::npos : bracket + 1;
  } else if (name.find(':') != colon) {
    throw Malformed("a host has more than one ':'",
                    "an IPv6 address stands in brackets: [::1]:27017; " + std::string(kEncodeHint));
  }
  if (colon != std::string_view::npos) CheckPort(name.substr(colon + 1));
  if (name.substr(0, colon).empty()) throw Malformed("a host is empty");
  if (name.find_first_of(" \t\r\n@/?#\\\"") != std::string_view::npos) {
    throw Malformed("a host holds a character that no host name has", std::string(kEncodeHint));
  }
  return decoded;
}

void ParseUserInfo(std::string_view text, MongoUri& uri) {
  const std::size_t colon = text.find(':');
  const std::string_view password = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (text.substr(0, colon).empty()) throw Malformed("the user name is empty");
  if (text.find('@') != std::string_view::npos || password.find(':') != std::string_view::npos) {
    throw Malformed("'@' or ':' in the user name or password is not percent-encoded",
                    std::string(kEncodeHint));
  }
  uri.username = PercentDecode(text.substr(0, colon), "user name");
  if (colon != std::string_view::npos) uri.password = PercentDecode(password, "password");
}

std::string ParseDatabase(std::string_view text) {
  std::string database = PercentDecode(text, "database");
  if (database.find_first_of("/\\. \"$") != std::string::npos) {
    throw Malformed(fmt::format("'{}' is not a database name", EscapeForDisplay(database)));
  }
  return database;
}

void CheckOption(std::string_view name, std::string_view value) {
  const std::string shown = EscapeForDisplay(value);
  if (IsOneOf(name, kBooleans) && value != "true" && value != "false") {
    throw Malformed(fmt::format("{}={} is neither true nor false", name, shown));
  }
  std::int32_t number = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, status] = std::from_chars(value.data(), end, number);
  if (IsOneOf(name, kNumbers) && (status != std::errc{} || rest != end || number < -1)) {
    throw Malformed(fmt::format("{}={} is not a whole number", name, shown));
  }
}

std::string PresentName(std::string_view name) {
  for (const Renamed& row : kRenamed) {
    if (SameName(name, row.old_name)) return std::string(row.name);
  }
  for (const std::string_view known : kBooleans) {
    if (SameName(name, known)) return std::string(known);
  }
  for (const std::string_view known : kNumbers) {
    if (SameName(name, known)) return std::string(known);
  }
  return std::string(name);
}

void ParseOptions(std::string_view text, MongoUri& uri) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("&;"), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = pair.find('=');
    const std::string name = PresentName(PercentDecode(pair.substr(0, equals), "options"));
    if (name.empty()) throw Malformed("an option has no name");
    if (equals == std::string_view::npos) {
      throw Malformed(fmt::format("option {} has no value", EscapeForDisplay(name)));
    }
    std::string value = PercentDecode(pair.substr(equals + 1), "options");
    CheckOption(name, value);
    if (name == "tls" && uri.Get(name).value_or(value) != value) {
      throw Malformed("tls and ssl contradict each other");
    }
    uri.options.emplace_back(name, std::move(value));
  }
}

}  // namespace

std::optional<std::string> MongoUri::Get(std::string_view name) const {
  for (auto option = options.rbegin(); option != options.rend(); ++option) {
    if (SameName(option->first, name)) return option->second;
  }
  return std::nullopt;
}

void MongoUri::Remove(std::string_view name) {
  std::erase_if(options, [name](const auto& option) { return SameName(option.first, name); });
}

void MongoUri::Set(std::string_view name, std::string value) {
  Remove(name);
  options.emplace_back(name, std::move(value));
}

std::string MongoUri::ToString() const {
  std::string text(srv ? kSrvScheme : kScheme);
  if (username) {
    text += PercentEncode(*username);
    if (password) text += ":" + PercentEncode(*password);
    text += "@";
  }
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (i != 0) text += ",";
    text += hosts[i].starts_with('/') ? PercentEncode(hosts[i]) : hosts[i];
  }
  text += "/" + PercentEncode(database);
  char separator = '?';
  for (const auto& [name, value] : options) {
    text += fmt::format("{}{}={}", separator, PercentEncode(name), EncodeValue(value));
    separator = '&';
  }
  return text;
}

std::string MongoUri::DisplayHosts() const {
  return EscapeForDisplay(fmt::format("{}", fmt::join(hosts, ",")));
}

bool IsMongoUri(std::string_view text) {
  return text.starts_with(kScheme) || text.starts_with(kSrvScheme);
}

std::vector<std::string> ParseHosts(std::string_view text) {
  std::vector<std::string> hosts;
  while (true) {
    const std::size_t comma = text.find(',');
    hosts.push_back(ParseHost(text.substr(0, comma)));
    if (comma == std::string_view::npos) return hosts;
    text.remove_prefix(comma + 1);
  }
}

MongoUri ParseMongoUri(std::string_view text) {
  if (!IsMongoUri(text)) {
    throw Malformed("it starts with neither mongodb:// nor mongodb+srv://");
  }
  MongoUri uri;
  uri.srv = text.starts_with(kSrvScheme);
  text.remove_prefix((uri.srv ? kSrvScheme : kScheme).size());

  const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  std::string_view authority = text.substr(0, authority_end);
  std::string_view rest = text.substr(authority_end);
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    ParseUserInfo(authority.substr(0, at), uri);
    authority.remove_prefix(at + 1);
  }
  uri.hosts = ParseHosts(authority);
  const bool plain = uri.hosts.size() == 1 && uri.hosts[0].find(':') == std::string::npos;
  if (uri.srv && !plain) throw Malformed("mongodb+srv:// takes one host name without a port");

  if (rest.starts_with('/')) rest.remove_prefix(1);
  const std::size_t question = rest.find('?');
  uri.database = ParseDatabase(rest.substr(0, question));
  if (question != std::string_view::npos) ParseOptions(rest.substr(question + 1), uri);
  return uri;
}

}  // namespace haul
