#pragma once

#include <cstdint>

#include "core/base/byte_buffer.h"
#include "core/bson/open_document.h"

namespace haul {

/// What an update by pipeline leaves in place of the document that it found, or inserts. The new
/// document is a literal: it is stored exactly as it is, with field names that begin with '$', hold
/// dots or are empty, its fields in their order, and Timestamp(0,0), which neither a replacement
/// nor `$set` and `$setOnInsert` do.
enum class Replacement : std::uint8_t {
  kLiteral,       ///< the new document; its `_id` stays where the new one has none
  kLiteralIfNew,  ///< the new document where none was found that has an `_id`, else the old one
  kMerged,        ///< the old document with the new one's fields in place of its own or added
};

/// Appends `u: [{$replaceRoot: {newRoot: …}}]` to an update statement that is built in `buffer`.
/// https://www.mongodb.com/docs/manual/reference/operator/aggregation/replaceRoot/
void AppendReplacement(OpenDocument& statement, ByteBuffer& buffer, Replacement replacement,
                       ByteView document);

}  // namespace haul
