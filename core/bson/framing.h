#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/byte_buffer.h"

namespace haul {

inline constexpr std::size_t kMinDocumentSize = 5;
/// What a server stores at most, and what it may send (an oplog entry may wrap a full document).
inline constexpr std::size_t kMaxDocumentSize = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxInternalDocumentSize = kMaxDocumentSize + 16 * 1024;

/// What stands at the front of a run of BSON documents.
struct Framed {
  enum class State {
    kDocument,    ///< `size` bytes are a document: length in range, last byte 0
    kIncomplete,  ///< a document begins; `size` more bytes are needed to go on
    kBad,         ///< no document can begin with these bytes; `problem` says why
  };
  State state = State::kIncomplete;
  std::size_t size = 0;
  std::string problem;
};

/// Judges the document that begins at the front of `bytes` by its length and its last byte alone;
/// the elements are not looked at. An empty view is kIncomplete with size 5. Unlike libbson's
/// reader it never takes a cut document for a clean end: the caller knows whether more bytes can
/// come.
[[nodiscard]] Framed FrameDocument(ByteView bytes, std::size_t max_size = kMaxInternalDocumentSize);

/// The little-endian int32 that a document begins with. `bytes` holds at least 4.
[[nodiscard]] std::int32_t DocumentLength(ByteView bytes);

}  // namespace haul
