#pragma once

#include <bson/bson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/pipeline/batch.h"

namespace haul::testing {

/// {_id: id, text: "xxx…"}: a document whose `_id` tells its place. 29 bytes and the text.
[[nodiscard]] inline std::string NumberedDocument(std::int64_t id, std::size_t text_bytes = 0) {
  bson_t document;
  bson_init(&document);
  bson_append_int64(&document, "_id", 3, id);
  const std::string text(text_bytes, 'x');
  bson_append_utf8(&document, "text", 4, text.data(), static_cast<int>(text.size()));
  std::string bytes(reinterpret_cast<const char*>(bson_get_data(&document)), document.len);
  bson_destroy(&document);
  return bytes;
}

/// `count` documents with ascending `_id`s from 0.
[[nodiscard]] inline std::vector<std::string> NumberedDocuments(std::int64_t count,
                                                                std::size_t text_bytes = 0) {
  std::vector<std::string> documents;
  for (std::int64_t id = 0; id < count; ++id) {
    documents.push_back(NumberedDocument(id, text_bytes));
  }
  return documents;
}

[[nodiscard]] inline std::vector<std::string> DocumentsOf(const Batch& batch) {
  std::vector<std::string> documents;
  for (std::size_t i = 0; i < batch.documents(); ++i) {
    documents.emplace_back(AsText(batch.at(i)));
  }
  return documents;
}

}  // namespace haul::testing
