#include "core/mongo/diagnosis.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "core/base/text.h"
#include "core/mongo/driver_handles.h"

namespace haul {
namespace {

enum class Tls { kOff, kOnUnverified };

/// The name of the replica set that a host says it belongs to ("" = none); nothing where it does
/// not answer this way.
std::optional<std::string> AskForSetName(const mongoc_host_list_t* host, Tls tls) {
  constexpr std::int32_t kPatienceMs = 1500;
  const UriHandle uri(mongoc_uri_new_for_host_port(host->host, host->port));
  mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_DIRECTCONNECTION, true);
  mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, kPatienceMs);
  mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_CONNECTTIMEOUTMS, kPatienceMs);
  if (tls == Tls::kOnUnverified) {
    mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_TLS, true);
    mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_TLSINSECURE, true);
  }
  const ClientHandle client(mongoc_client_new_from_uri(uri.get()));
  if (client == nullptr) return std::nullopt;

  bson_t hello;
  bson_t reply;
  bson_error_t error;
  bson_init(&hello);
  BSON_APPEND_INT32(&hello, "hello", 1);
  const bool ok =
      mongoc_client_command_simple(client.get(), "admin", &hello, nullptr, &reply, &error);
  std::optional<std::string> name;
  bson_iter_t found;
  if (ok) name.emplace();
  if (ok && bson_iter_init_find(&found, &reply, "setName") && BSON_ITER_HOLDS_UTF8(&found)) {
    name = bson_iter_utf8(&found, nullptr);
  }
  bson_destroy(&hello);
  bson_destroy(&reply);
  return name;
}

}  // namespace

Error ExplainUnavailable(const mongoc_uri_t* uri, const Error& unavailable) {
  const bool tls = mongoc_uri_get_tls(uri);
  const char* wanted_set = mongoc_uri_get_replica_set(uri);
  for (const mongoc_host_list_t* host = mongoc_uri_get_hosts(uri); host != nullptr;
       host = host->next) {
    const std::string at = EscapeForDisplay(host->host_and_port);
    const auto same = AskForSetName(host, tls ? Tls::kOnUnverified : Tls::kOff);
    if (same && wanted_set != nullptr && *same != wanted_set) {
      return {unavailable.code(),
              fmt::format("connect: the URI asks for the replica set '{}', but {} belongs to {}",
                          EscapeForDisplay(wanted_set), at,
                          same->empty() ? "none" : fmt::format("'{}'", EscapeForDisplay(*same))),
              "correct replicaSet in the URI"};
    }
    if (same || !AskForSetName(host, tls ? Tls::kOff : Tls::kOnUnverified)) continue;
    return {
        ExitCode::kDenied,
        tls ? fmt::format("connect: {} does not speak TLS, and TLS was asked for", at)
            : fmt::format("connect: {} speaks TLS only, and TLS was not asked for", at),
        tls ? "leave out --tls only if the network is trusted" : "add --tls and --tlsCAFile FILE"};
  }
  return unavailable;
}

}  // namespace haul
