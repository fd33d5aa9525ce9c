#pragma once

#include "core/base/byte_buffer.h"

namespace haul {

/// Walks a whole document, nested ones included, without recursion: every length, terminator, type,
/// UTF-8 string and bool is checked, nesting at most 200 deep (the server's limit). Field names may
/// be empty, repeated or begin with '$'. This is what --objcheck asks for. Throws Error kCorrupt
/// naming the path and byte of the first fault, kLimit for the depth.
void ValidateDocument(ByteView document);

}  // namespace haul
