#pragma once

#include <mongoc/mongoc.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "core/mongo/deployment.h"
#include "core/plan/namespace.h"

namespace haul {

/// A command that the server or the network did not serve.
struct CommandFailure {
  Error error;
  bool transient = false;  ///< the same may succeed later or on another connection
  int server_code = 0;     ///< 0 where the failure did not come from the server
};

/// One server-side cursor, driven by raw `find` and `getMore` commands: the driver's own helper
/// drops options that haul needs and hides resume tokens. One thread; the client must outlive it.
/// Destroyed open, it is killed on the server.
class ServerCursor {
 public:
  /// `server_id` pins every command to one member (Deployment::ReadMember).
  ServerCursor(const Client& client, Namespace ns, std::uint32_t server_id);
  ~ServerCursor();
  ServerCursor(const ServerCursor&) = delete;
  ServerCursor& operator=(const ServerCursor&) = delete;

  /// Runs `find_command` and keeps the first reply. Nothing = success.
  [[nodiscard]] std::optional<CommandFailure> Open(const bson_t* find_command);
  /// Fetches the next reply; only while open(). Where the find said awaitData, the server waits for
  /// documents for up to `await`.
  [[nodiscard]] std::optional<CommandFailure> GetMore(std::uint32_t reply_documents,
                                                      std::chrono::milliseconds await = {});

  [[nodiscard]] std::uint32_t server_id() const { return server_id_; }
  /// True while the server has more.
  [[nodiscard]] bool open() const { return cursor_id_ != 0; }
  /// The BSON array of documents in the newest reply; valid until the next command.
  [[nodiscard]] ByteView documents() const { return documents_; }
  /// The record that the newest reply ends at, where the command asked for resume tokens.
  [[nodiscard]] std::optional<std::int64_t> resume_record() const { return resume_record_; }

 private:
  [[nodiscard]] std::optional<CommandFailure> Run(const bson_t* command);
  void TakeReply();

  const Client& client_;
  Namespace ns_;
  std::uint32_t server_id_;
  mongoc_client_session_t* session_ = nullptr;
  bson_t reply_ = BSON_INITIALIZER;
  std::int64_t cursor_id_ = 0;
  ByteView documents_;
  std::optional<std::int64_t> resume_record_;
};

}  // namespace haul
