#include "core/mongo/server_cursor.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "core/bson/element.h"
#include "core/mongo/driver_error.h"

namespace haul {
namespace {

// The session is pinned to the cursor: the server refuses a getMore from another one.
mongoc_client_session_t* StartSession(mongoc_client_t* client) {
  mongoc_session_opt_t* options = mongoc_session_opts_new();
  mongoc_session_opts_set_causal_consistency(options, false);
  bson_error_t error;
  mongoc_client_session_t* session = mongoc_client_start_session(client, options, &error);
  mongoc_session_opts_destroy(options);
  return session;  // null on servers without sessions, which need none
}

}  // namespace

ServerCursor::ServerCursor(const Client& client, Namespace ns, std::uint32_t server_id)
    : client_(client),
      ns_(std::move(ns)),
      server_id_(server_id),
      session_(StartSession(client.get())) {}

ServerCursor::~ServerCursor() {
  if (cursor_id_ != 0) {
    bson_t command;
    bson_init(&command);
    BSON_APPEND_UTF8(&command, "killCursors", ns_.collection.c_str());
    bson_t cursors;
    BSON_APPEND_ARRAY_BEGIN(&command, "cursors", &cursors);
    BSON_APPEND_INT64(&cursors, "0", cursor_id_);
    bson_append_array_end(&command, &cursors);
    // The server drops a cursor by itself after ten minutes; nothing hangs on the answer.
    static_cast<void>(Run(&command));
    bson_destroy(&command);
  }
  if (session_ != nullptr) mongoc_client_session_destroy(session_);
  bson_destroy(&reply_);
}

std::optional<CommandFailure> ServerCursor::Open(const bson_t* find_command) {
  std::optional<CommandFailure> failure = Run(find_command);
  if (!failure) TakeReply();
  return failure;
}

std::optional<CommandFailure> ServerCursor::GetMore(std::uint32_t reply_documents,
                                                    std::chrono::milliseconds await) {
  bson_t command;
  bson_init(&command);
  BSON_APPEND_INT64(&command, "getMore", cursor_id_);
  BSON_APPEND_UTF8(&command, "collection", ns_.collection.c_str());
  BSON_APPEND_INT32(&command, "batchSize", static_cast<std::int32_t>(reply_documents));
  if (await.count() > 0) BSON_APPEND_INT64(&command, "maxTimeMS", await.count());
  std::optional<CommandFailure> failure = Run(&command);
  bson_destroy(&command);
  if (!failure) TakeReply();
  return failure;
}

std::optional<CommandFailure> ServerCursor::Run(const bson_t* command) {
  bson_t opts;
  bson_init(&opts);
  BSON_APPEND_INT32(&opts, "serverId", static_cast<std::int32_t>(server_id_));
  bson_error_t error{};
  if (session_ != nullptr && !mongoc_client_session_append(session_, &opts, &error)) {
    bson_destroy(&opts);
    return CommandFailure{DriverError(fmt::format("read {}", Display(ns_)), error, nullptr)};
  }
  bson_destroy(&reply_);
  documents_ = {};
  const bool ok = mongoc_client_command_with_opts(client_.get(), ns_.database.c_str(), command,
                                                  mongoc_client_get_read_prefs(client_.get()),
                                                  &opts, &reply_, &error);
  bson_destroy(&opts);
  if (ok) return std::nullopt;
  cursor_id_ = 0;
  const int code = error.domain == MONGOC_ERROR_SERVER ? static_cast<int>(error.code) : 0;
  return CommandFailure{DriverError(fmt::format("read {}", Display(ns_)), error, &reply_),
                        IsTransient(error, &reply_), code};
}

void ServerCursor::TakeReply() {
  const ByteView reply{bson_get_data(&reply_), reply_.len};
  cursor_id_ = 0;
  resume_record_.reset();
  const auto fields = FindDocument(reply, "cursor");
  if (!fields) {
    throw Error(ExitCode::kCorrupt,
                fmt::format("read {}: the server's reply holds no cursor", Display(ns_)));
  }
  ElementWalk walk(*fields);
  while (const auto field = walk.Next()) {
    if (field->key == "id") cursor_id_ = field->AsInteger().value_or(0);
    if (field->key == "firstBatch" || field->key == "nextBatch") {
      documents_ = field->AsDocument().value_or(ByteView());
    }
    if (field->key == "postBatchResumeToken") {
      const auto record = FindElement(field->AsDocument().value_or(ByteView()), "$recordId");
      if (record) resume_record_ = record->AsInteger();
    }
  }
}

}  // namespace haul
