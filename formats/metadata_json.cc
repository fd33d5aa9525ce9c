#include "formats/metadata_json.h"

#include <fmt/format.h>

#include <optional>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/element.h"
#include "core/bson/extended_json.h"

namespace haul {
namespace {

[[noreturn]] void Corrupt(const Namespace& ns, std::string_view cause) {
  throw Error(ExitCode::kCorrupt, fmt::format("read the metadata of {}: {}", Display(ns), cause));
}

std::optional<Element> FindOfType(ByteView metadata, std::string_view key, BsonType type,
                                  const Namespace& ns) {
  std::optional<Element> field = FindElement(metadata, key);
  if (!field || field->type == BsonType::kNull) return std::nullopt;
  if (field->type != type) {
    const std::string_view expected = type == BsonType::kArray      ? "an array"
                                      : type == BsonType::kDocument ? "an object"
                                                                    : "a string";
    Corrupt(ns, fmt::format("'{}' is not {}", key, expected));
  }
  return field;
}

std::vector<Document> ReadIndexes(ByteView array, const Namespace& ns) {
  std::vector<Document> indexes;
  ElementWalk walk(array);
  while (const std::optional<Element> index = walk.Next()) {
    if (index->type != BsonType::kDocument) Corrupt(ns, "an index is not an object");
    const std::optional<Element> key = FindElement(index->value, "key");
    if (!key || key->type != BsonType::kDocument) Corrupt(ns, "an index has no key");
    indexes.emplace_back(index->value);
  }
  return indexes;
}

std::string ReadUuid(std::string_view uuid, const Namespace& ns) {
  const bool hex = uuid.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!hex || (uuid.size() != 32 && !uuid.empty())) {
    Corrupt(ns, "'uuid' is not 32 lower-case hex digits");
  }
  return std::string(uuid);
}

CollectionType TypeFromOptions(const Document& options) {
  if (FindElement(options.bytes(), "timeseries")) return CollectionType::kTimeSeries;
  if (FindElement(options.bytes(), "viewOn")) return CollectionType::kView;
  return CollectionType::kCollection;
}

void Fill(CollectionSpec& spec, ByteView metadata) {
  const Namespace fallback = spec.ns;
  if (const auto name = FindOfType(metadata, "collectionName", BsonType::kString, fallback)) {
    if (!name->AsString()->empty()) spec.ns.collection = *name->AsString();
  }
  if (const auto options = FindOfType(metadata, "options", BsonType::kDocument, fallback)) {
    spec.options = Document(options->value);
  }
  if (const auto indexes = FindOfType(metadata, "indexes", BsonType::kArray, fallback)) {
    spec.indexes = ReadIndexes(indexes->value, fallback);
  }
  if (const auto uuid = FindOfType(metadata, "uuid", BsonType::kString, fallback)) {
    spec.uuid = ReadUuid(*uuid->AsString(), fallback);
  }
  spec.type = TypeFromOptions(spec.options);
}

}  // namespace

std::string ToMetadataJson(const CollectionSpec& spec) {
  std::string json = "{";
  if (!spec.options.empty()) {
    json += R"("options":)" + ToCanonicalJson(spec.options.bytes()) + ',';
  }
  json += R"("indexes":[)";
  for (std::size_t i = 0; i < spec.indexes.size(); ++i) {
    if (i > 0) json += ',';
    json += ToCanonicalJson(spec.indexes[i].bytes());
  }
  json += "],";
  if (!spec.uuid.empty()) json += R"("uuid":")" + EscapeJson(spec.uuid) + R"(",)";
  json += R"("collectionName":")" + EscapeJson(spec.ns.collection) + R"(",)";
  json += R"("type":")" + std::string(TypeName(spec.type)) + R"("})";
  return json;
}

CollectionSpec ParseMetadataJson(std::string_view text, const Namespace& fallback) {
  CollectionSpec spec;
  spec.ns = fallback;
  if (text.empty()) return spec;
  try {
    Fill(spec, ParseExtendedJson(text, "it").bytes());
  } catch (const Error& error) {
    if (error.code() == ExitCode::kCorrupt) throw;
    Corrupt(fallback, error.message());
  }
  return spec;
}

}  // namespace haul
