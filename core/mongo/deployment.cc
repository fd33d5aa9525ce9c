#include "core/mongo/deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>

#include "core/bson/element.h"
#include "core/mongo/diagnosis.h"
#include "core/mongo/driver_error.h"

namespace haul {
namespace {

void InitDriverOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_init();
    // The driver's own log lines would stand between ours; every failure reaches us as an error.
    mongoc_log_set_handler(nullptr, nullptr);
  });
}

void KeepMessage(mongoc_log_level_t /*level*/, const char* /*domain*/, const char* message,
                 void* kept) {
  static_cast<std::vector<std::string>*>(kept)->emplace_back(message);
}

// The driver tells what it ignores of a URI to its log only.
mongoc_uri_t* ParseUri(const std::string& text, std::vector<std::string>& warnings) {
  InitDriverOnce();
  bson_error_t error;
  mongoc_log_set_handler(KeepMessage, &warnings);
  mongoc_uri_t* uri = mongoc_uri_new_with_error(text.c_str(), &error);
  mongoc_log_set_handler(nullptr, nullptr);
  if (uri == nullptr) {
    throw Error(ExitCode::kUsage,
                fmt::format("the connection URI is malformed: {}", error.message));
  }
  // Without it the driver looks for a server once and gives up.
  mongoc_uri_set_option_as_bool(uri, MONGOC_URI_SERVERSELECTIONTRYONCE, false);
  return uri;
}

ServerInfo ReadServerInfo(const Client& client) {
  ServerInfo info;
  Document hello;
  BSON_APPEND_INT32(hello.bson(), "hello", 1);
  const Document answer = client.Command("admin", hello.bson(), "connect");
  info.replica_set = FindString(answer.bytes(), "setName");
  info.mongos = FindString(answer.bytes(), "msg") == "isdbgrid";
  const auto writable = FindElement(answer.bytes(), "isWritablePrimary");
  info.writable = !writable || writable->AsBool().value_or(true);
  info.primary = FindString(answer.bytes(), "primary");

  Document build_info;
  BSON_APPEND_INT32(build_info.bson(), "buildInfo", 1);
  const Document build = client.Command("admin", build_info.bson(), "read the server's version");
  info.version = FindString(build.bytes(), "version");
  char* rest = nullptr;
  info.major = static_cast<int>(std::strtol(info.version.c_str(), &rest, 10));
  if (*rest == '.') info.minor = static_cast<int>(std::strtol(rest + 1, nullptr, 10));
  return info;
}

struct DestroyDescription {
  void operator()(mongoc_server_description_t* description) const {
    mongoc_server_description_destroy(description);
  }
};

using ServerDescription = std::unique_ptr<mongoc_server_description_t, DestroyDescription>;

ServerDescription SelectReadMember(const Client& client) {
  bson_error_t error;
  mongoc_server_description_t* member = mongoc_client_select_server(
      client.get(), /*for_writes=*/false, mongoc_client_get_read_prefs(client.get()), &error);
  if (member == nullptr) throw DriverError("select a server to read from", error, nullptr);
  return ServerDescription(member);
}

std::string HostOf(const mongoc_server_description_t* member) {
  return mongoc_server_description_host(member)->host_and_port;
}

/// The member's id for this client, where it knows the member and could reach it.
std::optional<std::uint32_t> FindMember(const Client& client, const std::string& host) {
  std::size_t count = 0;
  mongoc_server_description_t** members =
      mongoc_client_get_server_descriptions(client.get(), &count);
  std::optional<std::uint32_t> found;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view type = mongoc_server_description_type(members[i]);
    if (type != "Unknown" && HostOf(members[i]) == host) {
      found = mongoc_server_description_id(members[i]);
    }
  }
  mongoc_server_descriptions_destroy_all(members, count);
  return found;
}

bool ReadsFromPrimary(const Client& client) {
  return mongoc_read_prefs_get_mode(mongoc_client_get_read_prefs(client.get())) ==
         MONGOC_READ_PRIMARY;
}

}  // namespace

Deployment::Deployment(ConnectionSettings settings, const StopFlag& stop)
    : settings_(std::move(settings)), stop_(stop), uri_(ParseUri(settings_.uri, uri_warnings_)) {
  try {
    info_ = ReadServerInfo(Acquire());
  } catch (const Error& error) {
    const Error explained =
        error.code() == ExitCode::kUnavailable ? ExplainUnavailable(uri_, error) : error;
    mongoc_uri_destroy(uri_);
    throw explained;
  }
}

Deployment::~Deployment() { mongoc_uri_destroy(uri_); }

Client Deployment::Acquire() const {
  bson_error_t error;
  mongoc_client_t* client = mongoc_client_new_from_uri_with_error(uri_, &error);
  if (client == nullptr) throw DriverError("prepare the connection", error, nullptr);
  mongoc_client_set_error_api(client, MONGOC_ERROR_API_VERSION_2);
  return Client(client);
}

std::uint32_t Deployment::ReadMember(const Client& client) {
  const ServerDescription selected = SelectReadMember(client);
  const std::uint32_t id = mongoc_server_description_id(selected.get());
  if (ReadsFromPrimary(client)) return id;
  const std::lock_guard lock(mutex_);
  const std::optional<std::uint32_t> known = FindMember(client, read_host_);
  if (!known) read_host_ = HostOf(selected.get());
  return known.value_or(id);
}

std::chrono::milliseconds Deployment::RoundTrip(const Client& client) const {
  const auto member = SelectReadMember(client);
  return std::chrono::milliseconds(
      std::max<std::int64_t>(0, mongoc_server_description_round_trip_time(member.get())));
}

Client::~Client() {
  AbortTransaction();
  if (client_ != nullptr) mongoc_client_destroy(client_);
}

CommandResult Client::TryCommand(const std::string& database, const bson_t* command,
                                 const bson_t* opts) const {
  CommandResult result;
  bson_t reply;
  Document joined;
  if (in_transaction()) {
    if (opts != nullptr) joined = Document(opts);
    JoinTransaction(joined.bson());
    opts = joined.bson();
  }
  result.ok = mongoc_client_command_with_opts(client_, database.c_str(), command, nullptr, opts,
                                              &reply, &result.error);
  result.reply = Document(&reply);
  bson_destroy(&reply);
  const auto concern = FindElement(result.reply.bytes(), "writeConcernError");
  if (result.ok && concern) {
    const auto details = concern->AsDocument().value_or(ByteView());
    const auto code = details.empty() ? std::nullopt : FindElement(details, "code");
    const auto text = details.empty() ? std::nullopt : FindElement(details, "errmsg");
    result.ok = false;
    bson_set_error(
        &result.error, MONGOC_ERROR_WRITE_CONCERN,
        static_cast<std::uint32_t>(code ? code->AsInteger().value_or(0) : 0), "%s",
        std::string(text ? text->AsString().value_or("") : "write concern failed").c_str());
  }
  return result;
}

Document Client::Command(const std::string& database, const bson_t* command,
                         std::string_view operation) const {
  CommandResult result = TryCommand(database, command);
  if (!result.ok) throw DriverError(operation, result.error, result.reply.bson());
  return std::move(result.reply);
}

}  // namespace haul
