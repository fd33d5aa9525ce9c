#include "core/cli/server_address.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/cli/mongo_uri.h"

namespace haul {
namespace {

struct Address {
  std::string set;
  std::vector<std::string> hosts;
};

// "SET/HOSTS"; a socket path begins with the slash.
Address ParseAddress(std::string_view text) {
  if (IsMongoUri(text)) {
    throw Error(ExitCode::kUsage, "option --host: a connection string belongs to --uri");
  }
  const std::size_t slash = text.find('/');
  if (slash == 0 || slash == std::string_view::npos) return {{}, ParseHosts(text)};
  return {std::string(text.substr(0, slash)), ParseHosts(text.substr(slash + 1))};
}

// Where the port stands in a host: behind the last ':' that is not inside brackets.
std::size_t PortColon(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const std::size_t bracket = host.rfind(']');
  const bool inside = bracket != std::string_view::npos && colon < bracket;
  return inside || host.starts_with('/') ? std::string_view::npos : colon;
}

std::string WithPort(const std::string& host, std::uint64_t port) {
  const bool socket = host.starts_with('/');
  if (socket || PortColon(host) != std::string::npos) return host;
  return fmt::format("{}:{}", host, port);
}

std::string WithoutPort(const std::string& host) { return host.substr(0, PortColon(host)); }

void ApplyPort(std::vector<std::string>& hosts, std::uint64_t port) {
  for (std::string& host : hosts) {
    const std::string named = WithPort(host, port);
    if (WithPort(WithoutPort(host), port) != named) {
      throw Error(ExitCode::kUsage,
                  fmt::format("--port {} contradicts the port of --host {}", port, host),
                  "say it in one of the two");
    }
    host = named;
  }
}

std::string Joined(const std::vector<std::string>& hosts) {
  std::string text;
  for (const std::string& host : hosts) {
    text += (text.empty() ? "" : ",") + WithPort(host, 27017);
  }
  return text;
}

// The address that the flags alone describe.
Address FromFlags(const ConnectionFlags& flags, const MongoUri& uri) {
  Address address;
  if (flags.host) {
    address = ParseAddress(*flags.host);
  } else if (!uri.hosts.empty()) {
    for (const std::string& host : uri.hosts) address.hosts.push_back(WithoutPort(host));
  } else {
    address.hosts = {"localhost"};
  }
  if (flags.port) ApplyPort(address.hosts, *flags.port);
  return address;
}

}  // namespace

void MergeHosts(UriMerge& merge, const ConnectionInput& input) {
  const ConnectionFlags& flags = input.flags;
  MongoUri& uri = merge.uri();
  const bool no_uri = merge.origin() == Origin::kDefault;
  if (!no_uri && !flags.host && !flags.port) return;
  const Address address = FromFlags(flags, uri);
  if (no_uri) {
    uri.hosts = {};
    for (const std::string& host : address.hosts) uri.hosts.push_back(WithPort(host, 27017));
    if (address.set.empty() && uri.hosts.size() == 1) uri.Set("directConnection", "true");
    if (!address.set.empty()) uri.Set("replicaSet", address.set);
    return;
  }
  const Setting hosts{
      .option = flags.host ? "host" : "port", .uri_name = "hosts", .value = Joined(address.hosts)};
  if (merge.Replaces(Joined(uri.hosts), hosts)) {
    uri.hosts = address.hosts;
    uri.srv = false;
    uri.Remove("replicaSet");
  }
  if (!address.set.empty()) {
    merge.MergeOption({.option = "host", .uri_name = "replicaSet", .value = address.set});
  }
}

}  // namespace haul
