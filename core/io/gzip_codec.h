#pragma once

#include <memory>

#include "core/io/codec.h"

namespace haul {

/// gzip, RFC 1952: one member a frame, without a name and a time, so that equal input is equal
/// output.
[[nodiscard]] std::unique_ptr<FrameEncoder> NewGzipEncoder(int level);
[[nodiscard]] std::unique_ptr<StreamDecoder> NewGzipDecoder();
[[nodiscard]] bool BeginsLikeGzip(ByteView first_bytes);

/// An empty member with the note as the subfield HA of its extra field.
[[nodiscard]] ByteBuffer EncodeGzipNote(ByteView note);

}  // namespace haul
