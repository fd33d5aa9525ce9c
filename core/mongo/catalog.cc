#include "core/mongo/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/timestamp.h"
#include "core/mongo/driver_error.h"
#include "core/mongo/retry.h"
#include "core/mongo/server_cursor.h"

namespace haul {
namespace {

/// Every document that a cursor command yields.
struct Listing {
  std::vector<Document> documents;
  std::optional<CommandFailure> failure;
};

Listing RunListingOnce(Deployment& deployment, const Client& client, const Namespace& ns,
                       const Document& command) {
  constexpr std::uint32_t kBatch = 1000;
  Listing listing;
  ServerCursor cursor(client, ns, deployment.ReadMember(client));
  listing.failure = cursor.Open(command.bson());
  while (!listing.failure) {
    ElementWalk walk(cursor.documents());
    while (const auto element = walk.Next()) {
      listing.documents.emplace_back(element->AsDocument().value_or(ByteView()));
    }
    if (!cursor.open()) break;
    listing.failure = cursor.GetMore(kBatch);
  }
  return listing;
}

// A listing is small: after a lost connection it is asked for again from its begin.
Listing RunListing(Deployment& deployment, const Client& client, const Namespace& ns,
                   const Document& command) {
  Backoff backoff(deployment.retry_for(), deployment.stop());
  for (;;) {
    Listing listing = RunListingOnce(deployment, client, ns, command);
    if (!listing.failure || !listing.failure->transient || !backoff.Wait()) return listing;
  }
}

CommandResult RunCommand(Deployment& deployment, const Client& client, const std::string& database,
                         const Document& command) {
  Backoff backoff(deployment.retry_for(), deployment.stop());
  for (;;) {
    CommandResult result = client.TryCommand(database, command.bson());
    if (result.ok || !IsTransient(result.error, result.reply.bson()) || !backoff.Wait()) {
      return result;
    }
  }
}

std::string UuidOf(ByteView listed) {
  const auto info = FindDocument(listed, "info");
  const auto uuid = info ? FindElement(*info, "uuid") : std::nullopt;
  constexpr std::size_t kHeader = 5;  // int32 length + subtype
  if (!uuid || uuid->type != BsonType::kBinary || uuid->value.size() != kHeader + 16) return {};
  return ToHex(AsText(uuid->value.subspan(kHeader)));
}

CollectionSpec SpecFrom(const std::string& database, ByteView listed) {
  CollectionSpec spec;
  spec.ns = {database, std::string(FindString(listed, "name"))};
  const std::string_view type = FindString(listed, "type");
  if (type == TypeName(CollectionType::kView)) spec.type = CollectionType::kView;
  if (type == TypeName(CollectionType::kTimeSeries)) spec.type = CollectionType::kTimeSeries;
  if (const auto options = FindDocument(listed, "options")) spec.options = Document(*options);
  if (spec.type == CollectionType::kCollection) spec.uuid = UuidOf(listed);
  return spec;
}

// What listCollections says of one name; nothing where there is none.
std::optional<Document> LookUp(Deployment& deployment, const Client& client, const Namespace& ns) {
  Document command;
  BSON_APPEND_INT32(command.bson(), "listCollections", 1);
  bson_t filter;
  BSON_APPEND_DOCUMENT_BEGIN(command.bson(), "filter", &filter);
  BSON_APPEND_UTF8(&filter, "name", ns.collection.c_str());
  bson_append_document_end(command.bson(), &filter);
  Listing listing = RunListing(deployment, client, {ns.database, "$cmd.listCollections"}, command);
  if (listing.failure) {
    throw listing.failure->error.WithContext(fmt::format("look up {}", Display(ns)));
  }
  if (listing.documents.empty()) return std::nullopt;
  return std::move(listing.documents.front());
}

}  // namespace

std::vector<std::string> ListDatabases(Deployment& deployment, const Client& client) {
  Document command;
  BSON_APPEND_INT32(command.bson(), "listDatabases", 1);
  BSON_APPEND_BOOL(command.bson(), "nameOnly", true);
  const CommandResult result = RunCommand(deployment, client, "admin", command);
  if (!result.ok) throw DriverError("list databases", result.error, result.reply.bson());
  std::vector<std::string> names;
  const auto databases = FindDocument(result.reply.bytes(), "databases");
  if (!databases) return names;
  ElementWalk walk(*databases);
  while (const auto database = walk.Next()) {
    names.emplace_back(FindString(database->AsDocument().value_or(ByteView()), "name"));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<CollectionSpec> ListCollections(Deployment& deployment, const Client& client,
                                            const std::string& database) {
  Document command;
  BSON_APPEND_INT32(command.bson(), "listCollections", 1);
  Listing listing = RunListing(deployment, client, {database, "$cmd.listCollections"}, command);
  if (listing.failure) {
    throw listing.failure->error.WithContext(fmt::format("list collections of {}", database));
  }
  std::vector<CollectionSpec> specs;
  for (const Document& listed : listing.documents) {
    CollectionSpec spec = SpecFrom(database, listed.bytes());
    const bool internal =
        spec.ns.collection == "system.views" || spec.ns.collection.starts_with(kBucketsPrefix);
    if (!internal) specs.push_back(std::move(spec));
  }
  std::sort(specs.begin(), specs.end(),
            [](const CollectionSpec& a, const CollectionSpec& b) { return a.ns < b.ns; });
  return specs;
}

std::optional<std::vector<Document>> ListIndexes(Deployment& deployment, const Client& client,
                                                 const Namespace& ns) {
  Document command;
  BSON_APPEND_UTF8(command.bson(), "listIndexes", ns.collection.c_str());
  Listing listing =
      RunListing(deployment, client, {ns.database, "$cmd.listIndexes." + ns.collection}, command);
  if (listing.failure && listing.failure->server_code == server_code::kNamespaceNotFound) {
    return std::nullopt;
  }
  if (listing.failure) {
    throw listing.failure->error.WithContext(fmt::format("list indexes of {}", Display(ns)));
  }
  return std::move(listing.documents);
}

std::optional<CollectionSpec> FindCollection(Deployment& deployment, const Client& client,
                                             const Namespace& ns) {
  const std::optional<Document> listed = LookUp(deployment, client, ns);
  if (!listed) return std::nullopt;
  return SpecFrom(ns.database, listed->bytes());
}

std::string CollectionUuid(Deployment& deployment, const Client& client, const Namespace& ns) {
  const std::optional<Document> listed = LookUp(deployment, client, ns);
  return listed ? UuidOf(listed->bytes()) : std::string();
}

CollectionSize MeasureCollection(Deployment& deployment, const Client& client,
                                 const Namespace& data_ns) {
  Document command;
  BSON_APPEND_UTF8(command.bson(), "collStats", data_ns.collection.c_str());
  const CommandResult result = RunCommand(deployment, client, data_ns.database, command);
  CollectionSize size;
  if (!result.ok) return size;
  const auto bytes = FindElement(result.reply.bytes(), "size");
  const auto documents = FindElement(result.reply.bytes(), "count");
  if (bytes) size.bytes = static_cast<std::uint64_t>(bytes->AsInteger().value_or(0));
  if (documents) size.documents = static_cast<std::uint64_t>(documents->AsInteger().value_or(0));
  return size;
}

std::string ClusterTime(const Client& client) {
  Document command;
  BSON_APPEND_INT32(command.bson(), "ping", 1);
  const CommandResult result = client.TryCommand("admin", command.bson());
  bson_iter_t top;
  bson_iter_t time;
  if (!result.ok || !bson_iter_init(&top, result.reply.bson())) return {};
  if (!bson_iter_find_descendant(&top, "$clusterTime.clusterTime", &time)) return {};
  if (!BSON_ITER_HOLDS_TIMESTAMP(&time)) return {};
  Timestamp now;
  bson_iter_timestamp(&time, &now.seconds, &now.increment);
  return now.ToString();
}

}  // namespace haul
