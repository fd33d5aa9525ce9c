#pragma once

#include <memory>

#include "core/io/codec.h"

namespace haul {

/// Zstandard, RFC 8878. A frame carries its content size and a checksum of its content.
[[nodiscard]] std::unique_ptr<FrameEncoder> NewZstdEncoder(int level);
[[nodiscard]] std::unique_ptr<StreamDecoder> NewZstdDecoder();
[[nodiscard]] bool BeginsLikeZstd(ByteView first_bytes);

/// A skippable frame, 0x184D2A5C.
[[nodiscard]] ByteBuffer EncodeZstdNote(ByteView note);

}  // namespace haul
