#include "core/mongo/replica_set_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <thread>

#include "core/base/error.h"
#include "core/bson/element.h"
#include "core/mongo/driver_error.h"

namespace haul {
namespace {

using Clock = std::chrono::steady_clock;

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
constexpr int kAlreadyInitialized = 23;
constexpr int kNoReplicationEnabled = 76;

// replSetInitiate needs a moment until there is a primary, also where nobody asked to wait.
constexpr std::chrono::milliseconds kElection = std::chrono::seconds(30);

// As --replSet gave it; the default of mongod's own documents where the server does not say.
std::string SetName(const Client& client) {
  Document command;
  BSON_APPEND_INT32(command.bson(), "getCmdLineOpts", 1);
  const CommandResult result = client.TryCommand("admin", command.bson());
  const auto parsed = FindDocument(result.reply.bytes(), "parsed");
  const auto replication = parsed ? FindDocument(*parsed, "replication") : std::nullopt;
  if (!result.ok || !replication) return "rs0";
  for (const char* name : {"replSet", "replSetName"}) {
    const std::string_view found = FindString(*replication, name);
    // What stands behind a slash are members, in the manner of old servers.
    if (!found.empty()) return std::string(found.substr(0, found.find('/')));
  }
  return "rs0";
}

Document InitiateCommand(const ServerStart& start, const std::string& set_name) {
  Document command;
  bson_t config;
  bson_t members;
  bson_t member;
  BSON_APPEND_DOCUMENT_BEGIN(command.bson(), "replSetInitiate", &config);
  BSON_APPEND_UTF8(&config, "_id", set_name.c_str());
  BSON_APPEND_ARRAY_BEGIN(&config, "members", &members);
  BSON_APPEND_DOCUMENT_BEGIN(&members, "0", &member);
  BSON_APPEND_INT32(&member, "_id", 0);
  BSON_APPEND_UTF8(&member, "host", start.host.c_str());
  bson_append_document_end(&members, &member);
  bson_append_array_end(&config, &members);
  bson_append_document_end(command.bson(), &config);
  return command;
}

std::optional<std::string> Initiate(const ServerStart& start, const StopFlag& stop) {
  const Deployment server({.uri = start.direct_uri, .retry_for = {}}, stop);
  if (!server.info().replica_set.empty() || server.info().mongos) return std::nullopt;
  const Client client = server.Acquire();
  const std::string name = SetName(client);
  const Document command = InitiateCommand(start, name);
  const CommandResult result = client.TryCommand("admin", command.bson());
  if (result.ok) return name;
  if (result.error.code == kAlreadyInitialized) return std::nullopt;
  const Error error = DriverError(fmt::format("make a replica set of {}", start.host), result.error,
                                  result.reply.bson());
  if (result.error.code != kNoReplicationEnabled) throw error;
  throw Error(ExitCode::kUnsupported, error.message(), "start mongod with --replSet NAME");
}

void CheckWritable(const ServerStart& start, const StopFlag& stop) {
  const Deployment deployment({.uri = start.uri, .retry_for = {}}, stop);
  if (deployment.info().writable) return;
  throw Error(ExitCode::kUnavailable, "the server takes no writes: it is no primary");
}

// Again and again while no server answers and there is time.
template <typename Act>
void Patiently(Clock::time_point give_up_at, const StopFlag& stop, Act act) {
  constexpr std::chrono::milliseconds kPause{100};
  for (;;) {
    try {
      return act();
    } catch (const Error& error) {
      const bool waits = error.code() == ExitCode::kUnavailable && Clock::now() < give_up_at;
      if (!waits || stop.requested()) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

std::optional<std::string> AwaitServer(const ServerStart& start, const StopFlag& stop) {
  auto give_up_at = Clock::now() + start.patience;
  std::optional<std::string> made;
  if (start.initiate) Patiently(give_up_at, stop, [&] { made = Initiate(start, stop); });
  if (made) give_up_at = std::max(give_up_at, Clock::now() + kElection);
  Patiently(give_up_at, stop, [&] { CheckWritable(start, stop); });
  return made;
}

}  // namespace haul
