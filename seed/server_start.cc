#include "seed/server_start.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/cli/mongo_uri.h"

namespace haul {
namespace {

constexpr const char* kTryMs = "2000";

std::string ShortTries(MongoUri uri) {
  uri.Set("serverSelectionTimeoutMS", kTryMs);
  return uri.ToString();
}

std::string Direct(MongoUri uri) {
  uri.Remove("replicaSet");
  uri.Set("directConnection", "true");
  return ShortTries(std::move(uri));
}

}  // namespace

bool IsLoopback(const std::string& host) {
  const std::size_t colon = host.rfind(':');
  const std::string_view name = std::string_view(host).substr(0, colon);
  if (host.starts_with("[::1]")) return true;
  return name == "localhost" ||
         (name.starts_with("127.") && name.find_first_not_of("0123456789.") == name.npos);
}

ServerStart StartOf(const SeedOptions& options) {
  MongoUri uri = ParseMongoUri(options.connection.uri);
  ServerStart start;
  start.uri = ShortTries(uri);
  start.direct_uri = Direct(uri);
  start.initiate = options.init_replica_set && !options.dry_run;
  start.patience = options.wait_for;
  if (!start.initiate) return start;
  const bool one = uri.hosts.size() == 1 && !uri.srv;
  if (!one || !IsLoopback(uri.hosts.front())) {
    throw Error(ExitCode::kUsage,
                fmt::format("--initReplicaSet: {} is not one server on this machine's loopback; "
                            "nothing was touched",
                            uri.DisplayHosts()),
                "use 127.0.0.1 on the machine itself; a set of several members is made with "
                "rs.initiate()");
  }
  start.host = uri.hosts.front();
  if (start.host.find(':') == std::string::npos || start.host.ends_with(']'))
    start.host += ":27017";
  return start;
}

}  // namespace haul
