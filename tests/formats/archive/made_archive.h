#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bson/document.h"
#include "core/io/checksum.h"
#include "core/storage/byte_source.h"
#include "formats/archive_format.h"
#include "formats/archive_reader.h"

namespace haul::testing {

/// Bytes in memory, handed out in pieces.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view bytes, std::size_t piece = SIZE_MAX)
      : rest_(bytes), piece_(piece) {}

  [[nodiscard]] std::size_t Read(std::span<std::uint8_t> bytes) override {
    const std::size_t size = std::min({bytes.size(), piece_, rest_.size()});
    std::memcpy(bytes.data(), rest_.data(), size);
    rest_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

[[nodiscard]] inline std::string Text(const ByteBuffer& bytes) {
  return std::string(AsText(bytes.view()));
}
[[nodiscard]] inline std::string Terminator() { return std::string(AsText(kArchiveTerminator)); }

/// The prelude of another tool: {namespace: text of its metadata}.
using Declared = std::vector<std::pair<Namespace, std::string>>;
[[nodiscard]] inline std::string ForeignPrelude(const Declared& declared,
                                                const char* server_version = "6.0.5") {
  Document header;
  BSON_APPEND_INT32(header.bson(), "concurrent_collections", 4);
  BSON_APPEND_UTF8(header.bson(), "version", "0.1");
  BSON_APPEND_UTF8(header.bson(), "server_version", server_version);
  BSON_APPEND_UTF8(header.bson(), "tool_version", "100.18.0");
  BSON_APPEND_BOOL(header.bson(), "of a later version", true);
  std::string bytes(AsText(kArchiveMagic));
  bytes += AsText(header.bytes());
  for (const auto& [ns, metadata] : declared) {
    Document entry;
    bson_append_utf8(entry.bson(), "db", 2, ns.database.data(),
                     static_cast<int>(ns.database.size()));
    bson_append_utf8(entry.bson(), "collection", 10, ns.collection.data(),
                     static_cast<int>(ns.collection.size()));
    BSON_APPEND_UTF8(entry.bson(), "metadata", metadata.c_str());
    BSON_APPEND_INT32(entry.bson(), "size", 0);
    BSON_APPEND_UTF8(entry.bson(), "type", "collection");
    BSON_APPEND_UTF8(entry.bson(), "of a later version", "");
    bytes += AsText(entry.bytes());
  }
  return bytes + Terminator();
}

[[nodiscard]] inline std::string Begin(const Namespace& ns) {
  return Text(EncodeArchiveBlockHeader({.ns = ns}));
}
[[nodiscard]] inline std::string Block(const Namespace& ns, std::string_view documents = {}) {
  return Begin(ns) + std::string(documents) + Terminator();
}
[[nodiscard]] inline std::string End(const Namespace& ns, std::string_view documents = {}) {
  return Text(EncodeArchiveBlockHeader({.ns = ns, .end = true, .crc = Crc64(AsBytes(documents))})) +
         Terminator();
}

/// A small archive of haul's own, packed as the codec says: two collections, interleaved.
[[nodiscard]] inline std::string OwnArchive(CodecId codec,
                                            const std::vector<std::string>& documents) {
  const Namespace a{"shop", "a"};
  const Namespace b{"shop", "b"};
  ArchivePrelude prelude;
  prelude.origin.tool_version = "0.2.0";
  prelude.origin.server_version = "6.0.5";
  prelude.codec = codec;
  prelude.collections = {{a, "{}", "collection"}, {b, "{}", "collection"}};
  std::string all;
  std::vector<std::string> pieces = {Text(EncodeArchivePrelude(prelude)), Block(b)};
  for (const std::string& document : documents) {
    pieces.push_back(Block(a, document));
    all += document;
  }
  pieces.push_back(End(b));
  pieces.push_back(End(a, all));
  const auto encoder = GetCodec(codec).new_encoder(GetCodec(codec).default_level);
  std::string stored;
  for (const std::string& piece : pieces) stored += AsText(encoder->Encode(AsBytes(piece)));
  return stored + Text(EncodeArchiveSeal(codec, stored.size(), Crc64(AsBytes(stored))));
}

/// What a reader yields to its end: the documents of each namespace that ended.
using Held = std::map<std::string, std::vector<std::string>>;
[[nodiscard]] inline Held ReadArchive(std::string_view bytes, std::size_t piece = SIZE_MAX) {
  TextSource source(bytes, piece);
  ArchiveReader reader(source, {.name = "x.archive"});
  Held held;
  std::map<std::size_t, std::vector<std::string>> open;
  Batch batch;
  while (const auto next = reader.Next(batch)) {
    for (std::size_t i = 0; i < batch.documents(); ++i) {
      open[next->member].emplace_back(AsText(batch.at(i)));
    }
    if (next->end) {
      held[reader.members()[next->member].spec.ns.ToString()] = std::move(open[next->member]);
    }
  }
  return held;
}

}  // namespace haul::testing
