#include "core/mongo/snapshot.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/mongo/driver_error.h"

namespace haul {
namespace {

constexpr std::size_t kUuidBytes = 16;

void AppendTimestamp(bson_t* to, const char* key, Timestamp time) {
  bson_append_timestamp(to, key, -1, time.seconds, time.increment);
}

void AppendUuid(bson_t* to, const char* key, const std::string& hex) {
  const std::string bytes = FromHex(hex);
  if (bytes.size() != kUuidBytes) {
    throw Error(ExitCode::kInternal, fmt::format("read a collection: '{}' is no UUID", hex));
  }
  bson_append_binary(to, key, -1, BSON_SUBTYPE_UUID, AsBytes(bytes).data(), kUuidBytes);
}

}  // namespace

Document BeginFind(const Namespace& ns, const ReadPoint& at) {
  Document find;
  if (at.uuid.empty()) {
    BSON_APPEND_UTF8(find.bson(), "find", ns.collection.c_str());
  } else {
    AppendUuid(find.bson(), "find", at.uuid);
  }
  AppendReadConcern(find, at);
  return find;
}

void AppendReadConcern(Document& command, const ReadPoint& at) {
  if (!at.time) return;
  bson_t concern;
  BSON_APPEND_DOCUMENT_BEGIN(command.bson(), "readConcern", &concern);
  BSON_APPEND_UTF8(&concern, "level", "snapshot");
  AppendTimestamp(&concern, "atClusterTime", *at.time);
  bson_append_document_end(command.bson(), &concern);
}

Timestamp AppliedTime(Deployment& deployment, const Client& client) {
  Document command;
  BSON_APPEND_INT32(command.bson(), "ping", 1);
  Document opts;
  BSON_APPEND_INT32(opts.bson(), "serverId",
                    static_cast<std::int32_t>(deployment.ReadMember(client)));
  const CommandResult result = client.TryCommand("admin", command.bson(), opts.bson());
  if (!result.ok) {
    throw DriverError("ask for the cluster time", result.error, result.reply.bson());
  }
  const auto field = FindElement(result.reply.bytes(), "operationTime");
  const auto time = field ? field->AsTimestamp() : std::nullopt;
  if (!time) {
    throw Error(ExitCode::kUnsupported, "ask for the cluster time: the server reports none",
                "only replica sets have one");
  }
  return *time;
}

std::optional<CommandFailure> TryRead(Deployment& deployment, const Client& client,
                                      const Namespace& ns, const ReadPoint& at) {
  constexpr std::chrono::milliseconds kPatience{30'000};
  Document find = BeginFind(ns, at);
  BSON_APPEND_INT32(find.bson(), "limit", 1);
  BSON_APPEND_BOOL(find.bson(), "singleBatch", true);
  BSON_APPEND_INT64(find.bson(), "maxTimeMS", kPatience.count());
  ServerCursor cursor(client, ns, deployment.ReadMember(client));
  return cursor.Open(find.bson());
}

Error ReadError(const Namespace& ns, const ReadPoint& at, const CommandFailure& failure) {
  if (!at.time) return failure.error;
  switch (failure.server_code) {
    case server_code::kSnapshotTooOld:
      return {
          ExitCode::kSourceChanged,
          fmt::format("read {} at cluster time {}: the server keeps no history of so long ago",
                      Display(ns), at.time->ToString()),
          "let every member keep a longer history and run again: db.adminCommand({setParameter: "
          "1, minSnapshotHistoryWindowInSeconds: 3600})"};
    case server_code::kSnapshotUnavailable:
    case server_code::kNamespaceNotFound:
      return {ExitCode::kSourceChanged,
              fmt::format("read {} at cluster time {}: it cannot be read at that time any more: {}",
                          Display(ns), at.time->ToString(), failure.error.message()),
              "it was dropped, renamed or made again, or the server was restarted, meanwhile: run "
              "again, or leave it out with --nsExclude"};
    default:
      return failure.error;
  }
}

}  // namespace haul
