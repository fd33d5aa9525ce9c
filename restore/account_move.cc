#include "restore/account_move.h"

#include <array>
#include <cstdint>
#include <random>
#include <string_view>
#include <utility>

#include "core/bson/element.h"

namespace haul {
namespace {

// A random UUID, RFC 4122, version 4.
void AppendNewUuid(bson_t* to, const char* key) {
  std::random_device random;
  std::array<std::uint8_t, 16> uuid{};
  for (std::uint8_t& byte : uuid) byte = static_cast<std::uint8_t>(random());
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0F) | 0x40);
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3F) | 0x80);
  BSON_APPEND_BINARY(to, key, BSON_SUBTYPE_UUID, uuid.data(),
                     static_cast<std::uint32_t>(uuid.size()));
}

// Copies a document; `change` answers true for a field that it has appended in another form.
template <typename Change>
void CopyFields(const bson_t* from, bson_t* to, Change change) {
  bson_iter_t at;
  if (!bson_iter_init(&at, from)) return;
  while (bson_iter_next(&at)) {
    if (!change(at)) bson_append_iter(to, bson_iter_key(&at), -1, &at);
  }
}

bool HasKey(const bson_iter_t& at, std::string_view key) { return bson_iter_key(&at) == key; }

// {role, db} or {db, collection}: the database is another one.
void AppendReference(bson_t* to, const char* key, const bson_iter_t& at, const AccountMove& move) {
  std::uint32_t length = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_document(&at, &length, &data);
  const Document from{ByteView(data, length)};
  Namespace target{std::string(FindString(from.bytes(), "db")),
                   std::string(FindString(from.bytes(), "collection"))};
  const bool moves = target.database == move.from;
  if (moves && !target.collection.empty()) target = move.collection(target);
  if (moves) target.database = move.to;
  bson_t reference;
  BSON_APPEND_DOCUMENT_BEGIN(to, key, &reference);
  CopyFields(from.bson(), &reference, [&](const bson_iter_t& field) {
    if (!moves) return false;
    if (HasKey(field, "db")) return BSON_APPEND_UTF8(&reference, "db", target.database.c_str());
    if (!HasKey(field, "collection")) return false;
    return BSON_APPEND_UTF8(&reference, "collection", target.collection.c_str());
  });
  bson_append_document_end(to, &reference);
}

void AppendPrivilege(bson_t* to, const char* key, const bson_iter_t& at, const AccountMove& move) {
  std::uint32_t length = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_document(&at, &length, &data);
  const Document from{ByteView(data, length)};
  bson_t privilege;
  BSON_APPEND_DOCUMENT_BEGIN(to, key, &privilege);
  CopyFields(from.bson(), &privilege, [&](const bson_iter_t& field) {
    const bool resource = HasKey(field, "resource") && BSON_ITER_HOLDS_DOCUMENT(&field);
    if (resource) AppendReference(&privilege, "resource", field, move);
    return resource;
  });
  bson_append_document_end(to, &privilege);
}

using AppendItem = void (*)(bson_t*, const char*, const bson_iter_t&, const AccountMove&);

// An array of documents, each moved by `append`.
bool AppendItems(bson_t* to, const bson_iter_t& at, AppendItem append, const AccountMove& move) {
  bson_iter_t item;
  if (!BSON_ITER_HOLDS_ARRAY(&at) || !bson_iter_recurse(&at, &item)) return false;
  bson_t items;
  BSON_APPEND_ARRAY_BEGIN(to, bson_iter_key(&at), &items);
  while (bson_iter_next(&item)) {
    if (BSON_ITER_HOLDS_DOCUMENT(&item)) append(&items, bson_iter_key(&item), item, move);
  }
  bson_append_array_end(to, &items);
  return true;
}

}  // namespace

std::optional<Document> MoveAccount(ByteView account, const AccountMove& move) {
  if (FindString(account, "db") != move.from) return std::nullopt;
  const std::string name(FindString(account, FindElement(account, "user") ? "user" : "role"));
  const Document from{account};
  Document moved;
  CopyFields(from.bson(), moved.bson(), [&](const bson_iter_t& field) {
    if (HasKey(field, "_id")) {
      return BSON_APPEND_UTF8(moved.bson(), "_id", (move.to + '.' + name).c_str());
    }
    if (HasKey(field, "db")) return BSON_APPEND_UTF8(moved.bson(), "db", move.to.c_str());
    if (HasKey(field, "userId")) return AppendNewUuid(moved.bson(), "userId"), true;
    if (HasKey(field, "roles")) return AppendItems(moved.bson(), field, AppendReference, move);
    if (!HasKey(field, "privileges")) return false;
    return AppendItems(moved.bson(), field, AppendPrivilege, move);
  });
  return moved;
}

}  // namespace haul
