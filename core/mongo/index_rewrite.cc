#include "core/mongo/index_rewrite.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/base/text.h"
#include "core/bson/element.h"

namespace haul {
namespace {

constexpr double kPracticallyZero = 1e-9;

// Walks the fields of a document: `visit(iterator, key)`.
template <typename Visit>
void ForEachField(const bson_t* document, Visit visit) {
  bson_iter_t at;
  if (!bson_iter_init(&at, document)) return;
  while (bson_iter_next(&at)) visit(at, std::string_view(bson_iter_key(&at)));
}

Document Subdocument(const bson_t* document, const char* key) {
  bson_iter_t at;
  if (!bson_iter_init_find(&at, document, key) || !BSON_ITER_HOLDS_DOCUMENT(&at)) return {};
  std::uint32_t length = 0;
  const std::uint8_t* data = nullptr;
  bson_iter_document(&at, &length, &data);
  return Document(ByteView(data, length));
}

bool Has(const Document& document, const char* key) { return bson_has_field(document.bson(), key); }

bool IsTrue(const Document& document, const char* key) {
  bson_iter_t at;
  return bson_iter_init_find(&at, document.bson(), key) && bson_iter_as_bool(&at);
}

bool IsSimpleCollation(const Document& collation) {
  bson_iter_t at;
  return !bson_iter_init_find(&at, collation.bson(), "locale") || !BSON_ITER_HOLDS_UTF8(&at) ||
         std::string_view(bson_iter_utf8(&at, nullptr)) == "simple";
}

// What servers before 3.4 took a strange key value for: 1, -1, or the value itself (nothing).
int LegacyDirection(const bson_iter_t& value) {
  switch (bson_iter_type(&value)) {
    case BSON_TYPE_UTF8:
      return *bson_iter_utf8(&value, nullptr) == '\0' ? 1 : 0;
    case BSON_TYPE_INT32:
    case BSON_TYPE_INT64:
      return bson_iter_as_int64(&value) == 0 ? 1 : 0;
    case BSON_TYPE_DOUBLE: {
      const double number = bson_iter_double(&value);
      if (std::fabs(number) >= kPracticallyZero || std::isnan(number)) return 0;
      return number < 0 ? -1 : 1;
    }
    case BSON_TYPE_DECIMAL128: {
      bson_decimal128_t number;
      bson_iter_decimal128(&value, &number);
      constexpr std::uint64_t kCoefficient = 0x0001'FFFF'FFFF'FFFF;
      return number.low == 0 && (number.high & kCoefficient) == 0 ? 1 : 0;
    }
    default:
      return 1;
  }
}

Document RewriteKey(const Document& key, const IndexRewrite& rewrite) {
  Document result;
  ForEachField(key.bson(), [&](const bson_iter_t& value, std::string_view field) {
    const int legacy = rewrite.convert_legacy ? LegacyDirection(value) : 0;
    const bool dotted_hash = rewrite.fix_dotted_hash && field.find('.') != field.npos &&
                             BSON_ITER_HOLDS_UTF8(&value) &&
                             std::string_view(bson_iter_utf8(&value, nullptr)) == "hashed";
    const auto length = static_cast<int>(field.size());
    if (legacy != 0 || dotted_hash) {
      bson_append_int32(result.bson(), field.data(), length, dotted_hash ? 1 : legacy);
    } else {
      bson_append_iter(result.bson(), field.data(), length, &value);
    }
  });
  return result;
}

// The index that every collection gets by itself: {_id: 1}, also in the spellings of old servers.
bool IsIdIndex(const Document& index) {
  const Document key = Subdocument(index.bson(), "key");
  bson_iter_t at;
  if (bson_count_keys(key.bson()) != 1 || !bson_iter_init_find(&at, key.bson(), "_id"))
    return false;
  if (Has(index, "partialFilterExpression")) return false;
  if (LegacyDirection(at) == 1) return true;
  return BSON_ITER_HOLDS_NUMBER(&at) && bson_iter_as_double(&at) == 1.0;
}

bool Is2dSphere(const Document& key) {
  bool found = false;
  ForEachField(key.bson(), [&](const bson_iter_t& value, std::string_view) {
    found = found || (BSON_ITER_HOLDS_UTF8(&value) &&
                      std::string_view(bson_iter_utf8(&value, nullptr)) == "2dsphere");
  });
  return found;
}

// An explicit {locale: "simple"}, which version 1 indexes cannot have and do not need.
bool DropsCollation(const Document& index) {
  bson_iter_t version;
  return bson_iter_init_find(&version, index.bson(), "v") && bson_iter_as_int64(&version) == 1 &&
         Has(index, "collation") && IsSimpleCollation(Subdocument(index.bson(), "collation"));
}

// As servers compare the keys of indexes: numbers by their value.
bool SameKey(const Document& left, const Document& right) {
  ElementWalk lefts(left.bytes());
  ElementWalk rights(right.bytes());
  while (true) {
    const auto one = lefts.Next();
    const auto other = rights.Next();
    if (!one || !other) return !one && !other;
    if (one->key != other->key) return false;
    const auto number = one->AsDouble();
    const auto other_number = other->AsDouble();
    if (number && other_number ? *number != *other_number
                               : AsText(one->whole) != AsText(other->whole)) {
      return false;
    }
  }
}

// A server takes only one of such two, whatever their names.
bool Clash(const Document& left, const Document& right) {
  const auto same = [&](const char* part) {
    return Subdocument(left.bson(), part) == Subdocument(right.bson(), part);
  };
  return SameKey(Subdocument(left.bson(), "key"), Subdocument(right.bson(), "key")) &&
         same("collation") && same("partialFilterExpression");
}

Document RewriteIndex(const Document& index, bool simple_collection, const IndexRewrite& rewrite) {
  const bool drops_collation = DropsCollation(index);
  const Document key = RewriteKey(Subdocument(index.bson(), "key"), rewrite);
  Document result;
  ForEachField(index.bson(), [&](const bson_iter_t& value, std::string_view field) {
    if (field == "ns" || (field == "v" && !rewrite.keep_version)) return;
    if (field == "collation" && drops_collation) return;
    if (field == "key") {
      BSON_APPEND_DOCUMENT(result.bson(), "key", key.bson());
      return;
    }
    bson_append_iter(result.bson(), field.data(), static_cast<int>(field.size()), &value);
  });
  if (!simple_collection && !Has(result, "collation")) {
    bson_t collation;
    BSON_APPEND_DOCUMENT_BEGIN(result.bson(), "collation", &collation);
    BSON_APPEND_UTF8(&collation, "locale", "simple");
    bson_append_document_end(result.bson(), &collation);
  }
  if (Is2dSphere(key) && !Has(result, "2dsphereIndexVersion")) {
    BSON_APPEND_INT32(result.bson(), "2dsphereIndexVersion", 1);
  }
  return result;
}

}  // namespace

std::vector<Document> RewriteIndexes(const CollectionSpec& spec, const IndexRewrite& rewrite) {
  const bool simple = IsSimpleCollation(Subdocument(spec.options.bson(), "collation"));
  std::vector<Document> result;
  for (const Document& index : spec.indexes) {
    if (IsIdIndex(index) || IsTrue(index, "clustered")) continue;
    Document rewritten = RewriteIndex(index, simple, rewrite);
    const auto clashes = [&](const Document& other) { return Clash(rewritten, other); };
    if (rewrite.convert_legacy && std::any_of(result.begin(), result.end(), clashes)) continue;
    result.push_back(std::move(rewritten));
  }
  return result;
}

Document IdIndexForCreate(const CollectionSpec& spec, bool keep_version) {
  for (const Document& index : spec.indexes) {
    if (!IsIdIndex(index) || IsTrue(index, "clustered")) continue;
    Document result;
    bool named = false;
    ForEachField(index.bson(), [&](const bson_iter_t& value, std::string_view field) {
      if (field == "ns" || (field == "v" && !keep_version)) return;
      named = named || field == "name";
      if (field == "key") {
        bson_t key;
        BSON_APPEND_DOCUMENT_BEGIN(result.bson(), "key", &key);
        BSON_APPEND_INT32(&key, "_id", 1);
        bson_append_document_end(result.bson(), &key);
        return;
      }
      bson_append_iter(result.bson(), field.data(), static_cast<int>(field.size()), &value);
    });
    if (!named) BSON_APPEND_UTF8(result.bson(), "name", "_id_");
    return result;
  }
  return {};
}

}  // namespace haul
