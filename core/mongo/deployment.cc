#include "core/mongo/deployment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "core/bson/element.h"
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

mongoc_client_pool_t* NewPool(const std::string& uri_text) {
  InitDriverOnce();
  bson_error_t error;
  mongoc_uri_t* uri = mongoc_uri_new_with_error(uri_text.c_str(), &error);
  if (uri == nullptr) {
    throw Error(ExitCode::kUsage,
                fmt::format("the connection URI is malformed: {}", error.message));
  }
  mongoc_client_pool_t* pool = mongoc_client_pool_new_with_error(uri, &error);
  mongoc_uri_destroy(uri);
  if (pool == nullptr) throw DriverError("prepare the connection", error, nullptr);
  mongoc_client_pool_set_error_api(pool, MONGOC_ERROR_API_VERSION_2);
  return pool;
}

std::string StringField(const Document& document, std::string_view key) {
  const auto element = FindElement(document.bytes(), key);
  return element ? std::string(element->AsString().value_or("")) : std::string();
}

ServerInfo ReadServerInfo(const Client& client) {
  ServerInfo info;
  Document hello;
  BSON_APPEND_INT32(hello.bson(), "hello", 1);
  const Document answer = client.Command("admin", hello.bson(), "connect");
  info.replica_set = StringField(answer, "setName");
  info.mongos = StringField(answer, "msg") == "isdbgrid";

  Document build_info;
  BSON_APPEND_INT32(build_info.bson(), "buildInfo", 1);
  info.version = StringField(
      client.Command("admin", build_info.bson(), "read the server's version"), "version");
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

std::unique_ptr<mongoc_server_description_t, DestroyDescription> SelectReadMember(
    const Client& client) {
  bson_error_t error;
  mongoc_server_description_t* member = mongoc_client_select_server(
      client.get(), /*for_writes=*/false, mongoc_client_get_read_prefs(client.get()), &error);
  if (member == nullptr) throw DriverError("select a server to read from", error, nullptr);
  return std::unique_ptr<mongoc_server_description_t, DestroyDescription>(member);
}

}  // namespace

Deployment::Deployment(ConnectionSettings settings, const StopFlag& stop)
    : settings_(std::move(settings)), stop_(stop), pool_(NewPool(settings_.uri)) {
  try {
    info_ = ReadServerInfo(Acquire());
  } catch (...) {
    mongoc_client_pool_destroy(pool_);
    throw;
  }
}

Deployment::~Deployment() { mongoc_client_pool_destroy(pool_); }

Client Deployment::Acquire() { return {pool_, mongoc_client_pool_pop(pool_)}; }

std::uint32_t Deployment::ReadMember(const Client& client) const {
  return mongoc_server_description_id(SelectReadMember(client).get());
}

std::chrono::milliseconds Deployment::RoundTrip(const Client& client) const {
  const auto member = SelectReadMember(client);
  return std::chrono::milliseconds(
      std::max<std::int64_t>(0, mongoc_server_description_round_trip_time(member.get())));
}

Client::~Client() {
  if (client_ != nullptr) mongoc_client_pool_push(pool_, client_);
}

CommandResult Client::TryCommand(const std::string& database, const bson_t* command,
                                 const bson_t* opts) const {
  CommandResult result;
  bson_t reply;
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
