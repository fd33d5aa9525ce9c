#pragma once

#include <mongoc/mongoc.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bson/document.h"
#include "core/pipeline/stop.h"

namespace haul {

/// How to reach a deployment. `uri` is complete: credentials, TLS and timeouts are in it.
struct ConnectionSettings {
  std::string uri;
  std::chrono::milliseconds retry_for{std::chrono::minutes{15}};
};

/// What the server said of itself at the first contact.
struct ServerInfo {
  std::string version;  ///< "6.0.5"
  int major = 0;
  int minor = 0;
  std::string replica_set;  ///< empty: standalone or mongos
  bool mongos = false;
  bool writable = true;  ///< false: a secondary, or a set without a primary
  std::string primary;   ///< as the set calls it; empty where there is none
};

class Client;

/// A standalone, replica set or sharded cluster and the connections to it. Thread-safe; outlives
/// the clients it hands out.
class Deployment {
 public:
  /// Connects. Throws Error kUsage (the URI), kUnavailable (nobody answers within the URI's
  /// serverSelectionTimeoutMS), kDenied (authentication, TLS). `stop` ends waits between retries.
  Deployment(ConnectionSettings settings, const StopFlag& stop);
  ~Deployment();
  Deployment(const Deployment&) = delete;
  Deployment& operator=(const Deployment&) = delete;

  /// A client for one thread, with a connection of its own (the driver's pools take half a second
  /// to go down and up to ten to notice a new primary).
  [[nodiscard]] Client Acquire() const;
  /// The member that reads go to now, by the URI's read preference: all clients of a run use one as
  /// long as it answers. Asked again after a lost connection. Throws Error kUnavailable after
  /// serverSelectionTimeoutMS.
  [[nodiscard]] std::uint32_t ReadMember(const Client& client);
  /// How far away that member is.
  [[nodiscard]] std::chrono::milliseconds RoundTrip(const Client& client) const;
  [[nodiscard]] const ServerInfo& info() const { return info_; }
  /// What the driver ignores of the URI, one sentence each.
  [[nodiscard]] const std::vector<std::string>& uri_warnings() const { return uri_warnings_; }
  [[nodiscard]] std::chrono::milliseconds retry_for() const { return settings_.retry_for; }
  [[nodiscard]] const StopFlag& stop() const { return stop_; }

 private:
  ConnectionSettings settings_;
  const StopFlag& stop_;
  std::vector<std::string> uri_warnings_;
  mongoc_uri_t* uri_ = nullptr;
  ServerInfo info_;
  std::mutex mutex_;
  std::string read_host_;  // empty until the first read
};

/// The driver's answer to a command that may fail without an exception.
struct CommandResult {
  bool ok = false;
  Document reply;
  bson_error_t error{};
};

/// One driver client; one thread at a time. Move-only.
class Client {
 public:
  explicit Client(mongoc_client_t* client) : client_(client) {}
  Client(Client&& other) noexcept
      : client_(std::exchange(other.client_, nullptr)),
        session_(std::exchange(other.session_, nullptr)) {}
  Client& operator=(Client&& other) noexcept {
    std::swap(client_, other.client_);
    std::swap(session_, other.session_);
    return *this;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  [[nodiscard]] mongoc_client_t* get() const { return client_; }

  /// From now on commands of TryCommand(), and reads that call JoinTransaction(), belong to one
  /// transaction, until it is committed or aborted. They must have no write concern of their own.
  /// It is stored on a majority of the members.
  void BeginTransaction();
  /// True: all of it is stored. False: nothing is, because of another's write or a lost primary;
  /// the same may be tried again. Throws Error where that is not known.
  [[nodiscard]] bool CommitTransaction();
  void AbortTransaction() noexcept;
  [[nodiscard]] bool in_transaction() const { return session_ != nullptr; }
  /// Adds the transaction, if there is one, to the options of a command.
  void JoinTransaction(bson_t* opts) const;

  /// Runs a command on the primary (or the member that `opts` names by serverId) once; the driver
  /// adds nothing but session and cluster time. A reply with writeConcernError counts as failed.
  [[nodiscard]] CommandResult TryCommand(const std::string& database, const bson_t* command,
                                         const bson_t* opts = nullptr) const;
  /// The reply, or Error via DriverError(operation, …).
  Document Command(const std::string& database, const bson_t* command,
                   std::string_view operation) const;

 private:
  mongoc_client_t* client_;
  mongoc_client_session_t* session_ = nullptr;  // of a transaction
};

}  // namespace haul
