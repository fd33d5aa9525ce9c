#include "formats/archive_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/bson/document.h"
#include "core/bson/element.h"
#include "core/bson/framing.h"
#include "core/io/checksum.h"
#include "core/io/little_endian.h"

namespace haul {
namespace {

constexpr std::string_view kFormatVersion = "0.1";
constexpr std::string_view kToolPrefix = "haul-";
constexpr const char* kExtension = "haul";
constexpr std::int32_t kExtensionFormat = 1;
constexpr const char* kReadAloneField = "readAlone";
constexpr const char* kHashField = "blake2b256";
constexpr std::size_t kHashDigits = 2 * sizeof(Hash256);
constexpr std::string_view kSealMagic = "HAULSEAL";

Error Corrupt(std::string_view what, std::string_view cause) {
  return {ExitCode::kCorrupt, fmt::format("read the archive's {}: {}", what, cause)};
}

void AppendText(Document& to, const char* key, std::string_view text) {
  bson_append_utf8(to.bson(), key, -1, text.data(), static_cast<int>(text.size()));
}

/// Reads the fields of one document of an archive, each of exactly one type.
class FieldReader {
 public:
  FieldReader(std::string_view what, ByteView document) : what_(what), document_(document) {}

  [[nodiscard]] std::string_view Text(const char* key) const {
    return *Require(key, BsonType::kString).AsString();
  }
  /// A database or collection: NUL is in none.
  [[nodiscard]] std::string Name(const char* key) const {
    const std::string_view name = Text(key);
    if (name.find('\0') == std::string_view::npos) return std::string(name);
    throw Corrupt(what_, fmt::format("a NUL in '{}'", key));
  }
  [[nodiscard]] std::int32_t Int32(const char* key) const {
    return static_cast<std::int32_t>(*Require(key, BsonType::kInt32).AsInteger());
  }
  [[nodiscard]] std::uint64_t Bits64(const char* key) const {
    return ReadLittleEndian<std::uint64_t>(Require(key, BsonType::kInt64).value);
  }
  [[nodiscard]] bool Bool(const char* key) const { return *Require(key, BsonType::kBool).AsBool(); }
  [[nodiscard]] ByteView Nested(const char* key) const {
    return Require(key, BsonType::kDocument).value;
  }
  [[nodiscard]] std::string TextOrNothing(const char* key) const {
    return Has(key) ? std::string(Text(key)) : std::string();
  }
  [[nodiscard]] std::vector<Namespace> Namespaces(const char* key) const {
    std::vector<Namespace> namespaces;
    if (!Has(key)) return namespaces;
    ElementWalk walk(Require(key, BsonType::kArray).value);
    while (const std::optional<Element> name = walk.Next()) {
      namespaces.push_back(SplitNamespace(name->AsString().value_or("")));
    }
    return namespaces;
  }
  [[nodiscard]] bool Has(const char* key) const { return FindElement(document_, key).has_value(); }

 private:
  [[nodiscard]] Element Require(const char* key, BsonType type) const {
    const std::optional<Element> field = FindElement(document_, key);
    if (!field) throw Corrupt(what_, fmt::format("it has no '{}'", key));
    if (field->type != type) throw Corrupt(what_, fmt::format("'{}' has another type", key));
    return *field;
  }

  std::string_view what_;
  ByteView document_;
};

void AppendNames(Document& to, const std::vector<Namespace>& namespaces) {
  bson_t names;
  BSON_APPEND_ARRAY_BEGIN(to.bson(), kReadAloneField, &names);
  for (std::size_t i = 0; i < namespaces.size(); ++i) {
    BSON_APPEND_UTF8(&names, std::to_string(i).c_str(), namespaces[i].ToString().c_str());
  }
  bson_append_array_end(to.bson(), &names);
}

Document ExtensionDocument(const ArchivePrelude& prelude) {
  Document extension;
  BSON_APPEND_INT32(extension.bson(), "format", kExtensionFormat);
  AppendText(extension, "id", prelude.origin.id);
  AppendText(extension, "codec", GetCodec(prelude.codec.value()).name);
  AppendText(extension, "started", prelude.origin.started);
  AppendText(extension, "clusterTimeStart", prelude.origin.cluster_time_start);
  AppendText(extension, "consistency", prelude.origin.consistency);
  if (!prelude.origin.snapshot_time.empty()) {
    AppendText(extension, "snapshotTime", prelude.origin.snapshot_time);
  }
  if (!prelude.origin.oplog_start.empty()) {
    AppendText(extension, "oplogStart", prelude.origin.oplog_start);
  }
  if (!prelude.origin.read_alone.empty()) AppendNames(extension, prelude.origin.read_alone);
  BSON_APPEND_DOCUMENT(extension.bson(), "options", prelude.origin.options.bson());
  AppendText(extension, kHashField, std::string(kHashDigits, '0'));
  return extension;
}

void AppendHeader(ByteBuffer& bytes, const ArchivePrelude& prelude) {
  Document header;
  BSON_APPEND_INT32(header.bson(), "concurrent_collections", prelude.concurrent_collections);
  AppendText(header, "version", kFormatVersion);
  AppendText(header, "server_version", prelude.origin.server_version);
  AppendText(header, "tool_version", std::string(kToolPrefix).append(prelude.origin.tool_version));
  BSON_APPEND_DOCUMENT(header.bson(), kExtension, ExtensionDocument(prelude).bson());
  bytes.Append(header.bytes());
}

void AppendCollection(ByteBuffer& bytes, const ArchiveCollection& collection) {
  Document entry;
  AppendText(entry, "db", collection.ns.database);
  AppendText(entry, "collection", collection.ns.collection);
  AppendText(entry, "metadata", collection.metadata);
  BSON_APPEND_INT32(entry.bson(), "size", 0);
  AppendText(entry, "type", collection.type);
  if (!IsUtf8(collection.ns.database) || !IsUtf8(collection.ns.collection)) {
    throw Error(ExitCode::kUnsupported,
                fmt::format("write {}: the name is not UTF-8", Display(collection.ns)));
  }
  if (entry.bytes().size() > kMaxDocumentSize) {
    throw Error(ExitCode::kLimit,
                fmt::format("write {}: its options and indexes take more than 16 MiB, which an "
                            "archive cannot hold",
                            Display(collection.ns)),
                "dump into a directory");
  }
  bytes.Append(entry.bytes());
}

// The digits of the hash count as zeros.
Hash256 HashOfPrelude(ByteView prelude, std::size_t digits_at) {
  const std::string zeros(kHashDigits, '0');
  Blake2b256Stream hash;
  hash.Update(prelude.first(digits_at));
  hash.Update(AsBytes(zeros));
  hash.Update(prelude.subspan(digits_at + kHashDigits));
  return hash.Finish();
}

/// Walks the pieces of a prelude after its magic.
class PreludeWalk {
 public:
  explicit PreludeWalk(ByteView rest) : rest_(rest) {}

  /// The next document; nothing at the terminator, which must be the end.
  std::optional<ByteView> Next() {
    if (rest_.size() >= kArchiveTerminator.size() &&
        std::ranges::equal(rest_.first(kArchiveTerminator.size()), kArchiveTerminator)) {
      if (rest_.size() == kArchiveTerminator.size()) return std::nullopt;
      throw Corrupt("prelude", "something follows its end");
    }
    const Framed framed = FrameDocument(rest_);
    if (framed.state == Framed::State::kBad) throw Corrupt("prelude", framed.problem);
    if (framed.state == Framed::State::kIncomplete) throw Corrupt("prelude", "it is cut short");
    const ByteView document = rest_.first(framed.size);
    rest_ = rest_.subspan(framed.size);
    return document;
  }

 private:
  ByteView rest_;
};

ArchiveCollection ReadCollection(ByteView document) {
  const FieldReader fields("list of collections", document);
  return {.ns = {fields.Name("db"), fields.Name("collection")},
          .metadata = std::string(fields.Text("metadata")),
          .type = fields.TextOrNothing("type")};
}

CodecId CodecByName(std::string_view name) {
  for (const Codec& codec : Codecs()) {
    if (codec.name == name) return codec.id;
  }
  throw Error(ExitCode::kUnsupported,
              fmt::format("read the archive's header: unknown codec '{}'", EscapeForDisplay(name)));
}

void CheckHash(ByteView prelude, std::string_view digits) {
  const auto at = static_cast<std::size_t>(AsBytes(digits).data() - prelude.data());
  const bool whole = digits.size() == kHashDigits;
  if (whole && HashToHex(HashOfPrelude(prelude, at)) == digits) return;
  throw Error(ExitCode::kCorrupt,
              "read the archive's prelude: its bytes are not those that were written (its hash "
              "does not match)");
}

void ReadExtension(ArchivePrelude& prelude, ByteView document, ByteView bytes) {
  const FieldReader fields("header", document);
  CheckHash(bytes, fields.Text(kHashField));
  if (const std::int32_t format = fields.Int32("format"); format != kExtensionFormat) {
    throw Error(ExitCode::kUnsupported,
                fmt::format("read the archive's header: it has format {}, and this haul knows {}",
                            format, kExtensionFormat),
                "use a newer haul");
  }
  prelude.codec = CodecByName(fields.Text("codec"));
  prelude.origin.id = fields.Text("id");
  prelude.origin.started = fields.Text("started");
  prelude.origin.cluster_time_start = fields.Text("clusterTimeStart");
  prelude.origin.consistency = fields.Text("consistency");
  prelude.origin.snapshot_time = fields.TextOrNothing("snapshotTime");
  prelude.origin.oplog_start = fields.TextOrNothing("oplogStart");
  prelude.origin.read_alone = fields.Namespaces(kReadAloneField);
  prelude.origin.options = Document(fields.Nested("options"));
}

// Either of two marks tells haul's own, so that no altered byte turns one into a foreign archive,
// whose prelude nothing vouches for.
void ReadHeader(ArchivePrelude& prelude, ByteView document, ByteView bytes) {
  const FieldReader fields("header", document);
  prelude.concurrent_collections = fields.Int32("concurrent_collections");
  static_cast<void>(fields.Text("version"));
  prelude.origin.server_version = fields.Text("server_version");
  std::string_view tool = fields.Text("tool_version");
  if (fields.Has(kExtension) || tool.starts_with(kToolPrefix)) {
    ReadExtension(prelude, fields.Nested(kExtension), bytes);
    tool.remove_prefix(kToolPrefix.size());
  }
  prelude.origin.tool_version = tool;
}

void CheckUnique(const std::vector<ArchiveCollection>& collections) {
  std::set<Namespace> seen;
  for (const ArchiveCollection& collection : collections) {
    if (seen.insert(collection.ns).second) continue;
    throw Corrupt("list of collections", fmt::format("{} comes twice", Display(collection.ns)));
  }
}

}  // namespace

ByteBuffer EncodeArchivePrelude(const ArchivePrelude& prelude) {
  ByteBuffer bytes;
  bytes.Append(kArchiveMagic);
  AppendHeader(bytes, prelude);
  // The hash is the last thing in the header but the ends of two documents and its own NUL.
  const std::size_t digits_at = bytes.size() - kHashDigits - 3;
  for (const ArchiveCollection& collection : prelude.collections) {
    AppendCollection(bytes, collection);
  }
  bytes.Append(kArchiveTerminator);
  const std::string digits = HashToHex(HashOfPrelude(bytes.view(), digits_at));
  std::memcpy(bytes.data() + digits_at, digits.data(), digits.size());
  return bytes;
}

ArchivePrelude DecodeArchivePrelude(ByteView bytes) {
  if (bytes.size() < kArchiveMagic.size() ||
      !std::ranges::equal(bytes.first(kArchiveMagic.size()), kArchiveMagic)) {
    throw Error(ExitCode::kCorrupt, "read the archive: it does not begin as an archive does");
  }
  ArchivePrelude prelude;
  PreludeWalk walk(bytes.subspan(kArchiveMagic.size()));
  const std::optional<ByteView> header = walk.Next();
  if (!header) throw Corrupt("prelude", "it has no header");
  ReadHeader(prelude, *header, bytes);
  while (const std::optional<ByteView> document = walk.Next()) {
    prelude.collections.push_back(ReadCollection(*document));
  }
  CheckUnique(prelude.collections);
  return prelude;
}

ByteBuffer EncodeArchiveBlockHeader(const ArchiveBlockHeader& header) {
  Document document;
  AppendText(document, "db", header.ns.database);
  AppendText(document, "collection", header.ns.collection);
  BSON_APPEND_BOOL(document.bson(), "EOF", header.end);
  BSON_APPEND_INT64(document.bson(), "CRC", static_cast<std::int64_t>(header.crc));
  ByteBuffer bytes;
  bytes.Append(document.bytes());
  return bytes;
}

ArchiveBlockHeader DecodeArchiveBlockHeader(ByteView document) {
  const FieldReader fields("block header", document);
  ArchiveBlockHeader header;
  header.ns = {fields.Name("db"), fields.Name("collection")};
  header.end = fields.Bool("EOF");
  header.crc = fields.Bits64("CRC");
  if (!header.end && header.crc != 0) {
    throw Corrupt("block header", "it has a CRC, but does not end its namespace");
  }
  if (AsText(EncodeArchiveBlockHeader(header).view()) != AsText(document)) {
    throw Corrupt("block header", "it is not exactly db, collection, EOF and CRC");
  }
  return header;
}

ByteBuffer EncodeArchiveSeal(CodecId codec, std::uint64_t stored_bytes, std::uint64_t crc) {
  ByteBuffer content;
  content.Append(AsBytes(kSealMagic));
  AppendLittleEndian(content, stored_bytes);
  AppendLittleEndian(content, crc);
  return GetCodec(codec).encode_note(content.view());
}

}  // namespace haul
